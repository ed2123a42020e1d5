package org.cofitune.model;

/**
 * How rotary frequencies are changed to reach contexts longer than the first training's. Names and
 * formulas follow {@code transformers.modeling_rope_utils}.
 */
public sealed interface RopeScaling {

  /** Plain rotary embedding. */
  record None() implements RopeScaling {}

  /** Position interpolation: every frequency divided by {@code factor}. */
  record Linear(double factor) implements RopeScaling {}

  /** NTK-aware scaling whose base grows with sequences beyond {@code originalMaxPositions}. */
  record Dynamic(double factor, int originalMaxPositions) implements RopeScaling {}

  /** Llama 3.1: low frequencies divided, high ones kept, a blend between. */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalMaxPositions)
      implements RopeScaling {}

  /**
   * YaRN (arXiv 2309.00071).
   *
   * @param attentionFactor multiplies cos and sin
   * @param truncate whether the correction range is rounded to whole dimensions
   */
  record Yarn(
      double factor,
      double betaFast,
      double betaSlow,
      double attentionFactor,
      int originalMaxPositions,
      boolean truncate)
      implements RopeScaling {}
}
