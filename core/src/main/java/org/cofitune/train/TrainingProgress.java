package org.cofitune.train;

import org.jspecify.annotations.Nullable;

/**
 * How far a run has come, as a checkpoint keeps it.
 *
 * @param step optimizer steps completed, left-out ones included
 * @param lossSum of all supervised tokens trained on
 * @param supervisedTokens trained on, repeats counted
 * @param tokens trained on, repeats counted
 * @param usualLoss running mean of the loss, against which spikes are seen
 * @param best the lowest held-out loss so far
 * @param last the held-out loss measured last
 * @param evaluationsSinceBest held-out losses since, none of which was an improvement
 */
record TrainingProgress(
    long step,
    double lossSum,
    long supervisedTokens,
    long tokens,
    double usualLoss,
    @Nullable HeldOut best,
    @Nullable HeldOut last,
    int evaluationsSinceBest) {

  private static final double USUAL_LOSS_MEMORY = 0.95;

  /**
   * A held-out loss.
   *
   * @param step after which it was measured
   */
  record HeldOut(long step, double evalLoss) {}

  static TrainingProgress start() {
    return new TrainingProgress(0, 0, 0, 0, 0, null, null, 0);
  }

  /** A step was taken. */
  TrainingProgress after(OptimizerStep.Taken taken) {
    double loss = taken.lossSum() / taken.supervisedTokens();
    double usual =
        supervisedTokens == 0
            ? loss
            : USUAL_LOSS_MEMORY * usualLoss + (1 - USUAL_LOSS_MEMORY) * loss;
    return new TrainingProgress(
        step + 1,
        lossSum + taken.lossSum(),
        supervisedTokens + taken.supervisedTokens(),
        tokens + taken.tokens(),
        usual,
        best,
        last,
        evaluationsSinceBest);
  }

  /** A step was left out. */
  TrainingProgress afterSkip() {
    return new TrainingProgress(
        step + 1, lossSum, supervisedTokens, tokens, usualLoss, best, last, evaluationsSinceBest);
  }

  /** The held-out rows were scored. */
  TrainingProgress afterEvaluation(double evalLoss, double threshold) {
    HeldOut measured = new HeldOut(step, evalLoss);
    boolean improved = best == null || evalLoss < best.evalLoss() - threshold;
    return new TrainingProgress(
        step,
        lossSum,
        supervisedTokens,
        tokens,
        usualLoss,
        improved ? measured : best,
        measured,
        improved ? 0 : evaluationsSinceBest + 1);
  }

  /** Whether the last evaluation was the best. */
  boolean isBest() {
    return best != null && best.step() == step;
  }

  /** Mean loss of all supervised tokens trained on. */
  double trainLoss() {
    return lossSum / supervisedTokens;
  }
}
