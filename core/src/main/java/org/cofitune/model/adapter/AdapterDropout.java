package org.cofitune.model.adapter;

import org.bytedeco.pytorch.Tensor;

/** What becomes of an adapter's input before A. */
@FunctionalInterface
public interface AdapterDropout {
  /** Nothing is dropped. */
  AdapterDropout NONE = (module, input) -> input;

  /** The input {@code [tokens, columns]} with some numbers dropped and the others scaled up. */
  Tensor drop(AdaptedModule module, Tensor input);
}
