package org.cofitune.method;

import org.bytedeco.pytorch.Tensor;

/** How much a supervised token counts; no gradient flows through it. */
@FunctionalInterface
interface TokenWeight {

  /**
   * The weights of a chunk.
   *
   * @param logits {@code [n, vocab]}, left as they are
   * @param losses {@code [n, 1]}, the negative log-likelihoods of the targets
   * @return {@code [n, 1]}
   */
  Tensor of(Tensor logits, Tensor losses);
}
