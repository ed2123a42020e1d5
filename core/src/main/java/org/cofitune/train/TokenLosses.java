package org.cofitune.train;

import org.bytedeco.pytorch.Tensor;

/**
 * Summed losses of a chunk of positions, as scalar tensors.
 *
 * @param minimised what the gradient is of
 * @param crossEntropy the negative log-likelihood of the targets, to compare objectives by
 */
public record TokenLosses(Tensor minimised, Tensor crossEntropy) {
  /** Of an objective that minimises the cross entropy itself. */
  public static TokenLosses ofCrossEntropy(Tensor sum) {
    return new TokenLosses(sum, sum);
  }
}
