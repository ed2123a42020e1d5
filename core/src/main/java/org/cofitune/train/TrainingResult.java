package org.cofitune.train;

import java.util.OptionalDouble;

/**
 * How a run ended. The weights are in the decoder's parameters.
 *
 * @param end why it ended
 * @param steps optimizer steps completed
 * @param weightsStep the step whose weights the model has now; earlier than the last where the best
 *     was loaded
 * @param trainLoss mean over all supervised tokens trained on
 * @param evalLoss the held-out loss of those weights, empty where it was not measured
 */
public record TrainingResult(
    End end, long steps, long weightsStep, double trainLoss, OptionalDouble evalLoss) {

  /** Why a run ended. */
  public enum End {
    /** All steps were taken. */
    COMPLETE,
    /** The held-out loss had stopped improving. */
    STOPPED_EARLY,
    /** It has come to the step that it was to pause after. */
    PAUSED,
    /** Somebody asked it to; it goes on where it stopped when started again. */
    INTERRUPTED
  }
}
