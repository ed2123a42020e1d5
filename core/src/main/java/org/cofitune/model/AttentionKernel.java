package org.cofitune.model;

import org.bytedeco.pytorch.Tensor;

/**
 * Which tokens a token attends to, and how: packed sequences in training, a key/value cache in
 * generation, explicit probabilities where they are gated.
 */
@FunctionalInterface
public interface AttentionKernel {

  /**
   * Attends.
   *
   * @param layer decoder layer
   * @param query {@code [tokens, numHeads, headDim]}, rotated
   * @param key {@code [tokens, numKeyValueHeads, headDim]}, rotated
   * @param value {@code [tokens, numKeyValueHeads, headDim]}
   * @return {@code [tokens, numHeads * headDim]}
   */
  Tensor attend(int layer, Tensor query, Tensor key, Tensor value);
}
