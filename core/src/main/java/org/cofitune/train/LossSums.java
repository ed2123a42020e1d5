package org.cofitune.train;

/**
 * Losses summed over supervised positions.
 *
 * @param minimised what the gradient is of, a {@link ReferenceTerm} included
 * @param crossEntropy the negative log-likelihood of the targets
 * @param divergence the reference term before its coefficient; 0 without one
 */
record LossSums(double minimised, double crossEntropy, double divergence) {
  static final LossSums NONE = new LossSums(0, 0, 0);

  LossSums plus(LossSums other) {
    return new LossSums(
        minimised + other.minimised,
        crossEntropy + other.crossEntropy,
        divergence + other.divergence);
  }
}
