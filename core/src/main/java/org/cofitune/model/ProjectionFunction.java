package org.cofitune.model;

import org.bytedeco.pytorch.Tensor;

/**
 * Applies a layer's linear map. The plain one multiplies by the weight; others wrap it: low-rank
 * adapters add a term, importance multiplies by gates.
 */
@FunctionalInterface
public interface ProjectionFunction {

  /**
   * Applies the map.
   *
   * @param layer decoder layer
   * @param projection which of the layer's maps
   * @param input {@code [tokens, columns]}
   * @return {@code [tokens, rows]}
   */
  Tensor apply(int layer, Projection projection, Tensor input);
}
