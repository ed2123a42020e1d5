package org.cofitune.train;

import org.bytedeco.pytorch.Tensor;

/**
 * A tensor that the optimizer moves.
 *
 * @param name its name in checkpoints
 * @param master the float32 leaf that gradients flow to
 * @param decays whether weight decay applies
 */
public record TrainedTensor(String name, Tensor master, boolean decays) {

  /** Whether any gradient has reached the tensor since it was last cleared. */
  public boolean hasGradient() {
    try (Tensor gradient = gradient()) { // or it would live until the next garbage collection
      return gradient.defined();
    }
  }

  /** The gradient, a borrowed reference that the caller's scope owns. */
  public Tensor gradient() {
    return new Tensor(master.grad());
  }
}
