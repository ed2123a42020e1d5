package org.cofitune.importance;

/**
 * What a soft mask did in one optimizer step, over the tensors that it masks.
 *
 * @param step number of the step, from 0
 * @param target what was damped
 * @param full Euclidean norm of the gradient, or of AdamW's displacement, before the mask
 * @param removed norm of the difference that the mask made to it
 */
public record MaskStatistics(long step, MaskTarget target, double full, double removed) {
  /** Share of the gradient or of the displacement that the mask removed, 0 to 1. */
  public double removedShare() {
    return full == 0 ? 0 : removed / full;
  }
}
