package org.cofitune.importance;

import org.bytedeco.pytorch.Tensor;

/**
 * What dropout multiplies by: 0 where a number is dropped, {@code 1 / (1 - p)} where it stays.
 * Asked twice for the same place, it gives the same values, so that a layer may run again. The
 * tensors belong to the caller's scope.
 */
public interface DropoutMasks {

  /**
   * The mask of attention probabilities.
   *
   * @param pass 0 or 1
   * @param layer decoder layer
   * @param sequence of the batch
   * @param shape {@code [numHeads, length, length]}: head, query, key
   */
  Tensor attention(int pass, int layer, int sequence, long... shape);

  /**
   * The mask of what the feed-forward network gives.
   *
   * @param pass 0 or 1
   * @param layer decoder layer
   * @param sequence of the batch
   * @param shape {@code [length, hiddenSize]}
   */
  Tensor feedForward(int pass, int layer, int sequence, long... shape);
}
