package org.cofitune.importance;

/**
 * How much of what is trained a soft mask reaches.
 *
 * @param maskedTensors tensors that it damps
 * @param freeTensors trained tensors that it leaves alone
 * @param meanFactor mean of what is left of a row over the masked tensors' rows; 1 where there are
 *     none
 */
public record MaskCoverage(int maskedTensors, int freeTensors, double meanFactor) {
  /** Whether training goes on as if there were no mask. */
  public boolean isWithoutEffect() {
    return maskedTensors == 0 || meanFactor == 1;
  }
}
