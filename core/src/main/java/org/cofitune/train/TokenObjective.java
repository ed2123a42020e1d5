package org.cofitune.train;

import org.bytedeco.pytorch.Tensor;

/**
 * What is minimised at each supervised position, with its gradient. It sees a chunk of positions at
 * a time, so that the logits of a whole batch never exist at once.
 */
@FunctionalInterface
public interface TokenObjective {

  /**
   * Computes the losses of a chunk and, in the same memory, their gradient.
   *
   * @param logits {@code [n, vocab]} in float32 (float64 in proofs); overwritten with the gradient
   *     of the summed loss with respect to the logits
   * @param targets {@code [n]} the tokens to predict
   * @return the summed losses
   */
  TokenLosses differentiate(Tensor logits, Tensor targets);
}
