package org.cofitune.generate;

/**
 * How likely a model finds the scored tokens of a text.
 *
 * @param tokenLogProbabilities natural logarithm of each token's probability given all before it
 * @param greedy whether each scored token is the model's first choice
 */
public record LogLikelihood(double[] tokenLogProbabilities, boolean greedy) {

  /** The log-likelihood of the scored tokens together. */
  public double sum() {
    double sum = 0;
    for (double value : tokenLogProbabilities) {
      sum += value;
    }
    return sum;
  }

  /** Number of scored tokens. */
  public int tokens() {
    return tokenLogProbabilities.length;
  }
}
