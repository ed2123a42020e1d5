package org.cofitune.train;

import org.cofitune.engine.ranks.ProcessGroup;

/**
 * Losses summed over supervised positions.
 *
 * @param minimised what the gradient is of, a {@link ReferenceTerm} included
 * @param crossEntropy the negative log-likelihood of the targets
 * @param divergence the reference term before its coefficient; 0 without one
 */
record LossSums(double minimised, double crossEntropy, double divergence) {
  static final LossSums NONE = new LossSums(0, 0, 0);

  /** Of all processes together. */
  LossSums sum(ProcessGroup group) {
    double[] sums = group.sum(minimised, crossEntropy, divergence);
    return new LossSums(sums[0], sums[1], sums[2]);
  }

  LossSums plus(LossSums other) {
    return new LossSums(
        minimised + other.minimised,
        crossEntropy + other.crossEntropy,
        divergence + other.divergence);
  }
}
