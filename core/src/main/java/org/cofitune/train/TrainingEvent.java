package org.cofitune.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happens in a training run, with the number of optimizer steps completed so far. Losses are
 * means per supervised token, in nats.
 */
public sealed interface TrainingEvent {

  /** Optimizer steps completed when it happened. */
  long step();

  /** The name under which it is written down. */
  String name();

  /**
   * A run begins.
   *
   * @param totalSteps optimizer steps that the arguments ask for
   * @param rows rows to train on
   * @param evalRows held-out rows
   * @param trainableParameters numbers that the optimizer moves
   */
  record Started(long totalSteps, int rows, int evalRows, long trainableParameters)
      implements TrainingEvent {
    @Override
    public long step() {
      return 0;
    }

    @Override
    public String name() {
      return "train_start";
    }
  }

  /**
   * A run goes on from a checkpoint: what happened beyond that step happens again. It leaves no
   * trace in logs, which end as those of an undisturbed run.
   */
  record Resumed(long step, long totalSteps) implements TrainingEvent {
    @Override
    public String name() {
      return "resumed";
    }
  }

  /**
   * An optimizer step was taken.
   *
   * @param step how many it makes
   * @param totalSteps how many there will be
   * @param epoch how often every row was seen, with a fraction
   * @param loss mean over the step's supervised tokens, without penalty
   * @param penalty what a method added to the loss; 0 for most
   * @param learningRate the rate that it was taken with
   * @param gradNorm norm of all gradients before clipping
   * @param tokens tokens of its rows
   * @param supervisedTokens tokens that its loss counts
   * @param measured what the method measured, by name; empty for most
   * @param speed how fast it goes
   */
  record StepTaken(
      long step,
      long totalSteps,
      double epoch,
      double loss,
      double penalty,
      double learningRate,
      double gradNorm,
      long tokens,
      long supervisedTokens,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> measured,
      Speed speed)
      implements TrainingEvent {
    public StepTaken {
      measured = Collections.unmodifiableMap(new TreeMap<>(measured));
    }

    @Override
    public String name() {
      return "step";
    }
  }

  /**
   * A step was left out because its loss or a gradient was not a number.
   *
   * @param what the tensor or the loss
   * @param rows the rows that it was computed from
   */
  record StepSkipped(long step, String what, List<String> rows) implements TrainingEvent {
    @Override
    public String name() {
      return "step_skipped";
    }
  }

  /**
   * The loss jumped far above what it was.
   *
   * @param loss of this step
   * @param usual of the steps before
   */
  record LossSpike(long step, double loss, double usual) implements TrainingEvent {
    @Override
    public String name() {
      return "loss_spike";
    }
  }

  /**
   * The held-out rows were scored.
   *
   * @param epoch how often every row was seen
   * @param evalLoss mean over the supervised tokens of the held-out rows
   * @param seconds how long it took
   */
  record Evaluated(long step, double epoch, double evalLoss, double seconds)
      implements TrainingEvent {
    @Override
    public String name() {
      return "eval";
    }
  }

  /** A checkpoint is about to be written: logs are brought to the disk before it appears. */
  record SavingCheckpoint(long step) implements TrainingEvent {
    @Override
    public String name() {
      return "saving_checkpoint";
    }
  }

  /**
   * A checkpoint is complete.
   *
   * @param directory its name in the run's {@code checkpoints}
   */
  record CheckpointSaved(long step, String directory) implements TrainingEvent {
    @Override
    public String name() {
      return "checkpoint";
    }
  }

  /**
   * Held-out losses stopped improving.
   *
   * @param bestStep the step with the lowest one
   * @param bestEvalLoss the lowest one
   */
  record StoppedEarly(long step, long bestStep, double bestEvalLoss) implements TrainingEvent {
    @Override
    public String name() {
      return "early_stop";
    }
  }

  /** Somebody asked the run to stop; what it has reached is saved if the arguments allow saving. */
  record Interrupted(long step) implements TrainingEvent {
    @Override
    public String name() {
      return "interrupted";
    }
  }

  /**
   * The run is complete.
   *
   * @param trainLoss mean over all supervised tokens trained on
   * @param tokens tokens trained on, repeats counted
   */
  record Finished(long step, double trainLoss, long tokens) implements TrainingEvent {
    @Override
    public String name() {
      return "train_end";
    }
  }
}
