package org.cofitune.train;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The Euclidean norm over all gradients together, and clipping by it. */
public final class GradientNorm {
  /** Added to the norm before dividing, as {@code torch.nn.utils.clip_grad_norm_} does. */
  private static final double EPSILON = 1e-6;

  private GradientNorm() {}

  /** The norm; NaN or infinite if any gradient is. */
  public static double of(List<TrainedTensor> tensors) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      TensorVector norms = new TensorVector();
      for (TrainedTensor tensor : tensors) {
        if (tensor.hasGradient()) {
          norms.push_back(tensor.gradient().norm());
        }
      }
      return norms.size() == 0 ? 0 : torch.stack(norms, 0).norm().item_double();
    }
  }

  /**
   * Scales the gradients down so that their norm is at most {@code maxNorm}; a finite norm within
   * the bound changes nothing.
   */
  public static void clip(List<TrainedTensor> tensors, double norm, double maxNorm) {
    double factor = maxNorm / (norm + EPSILON);
    if (factor >= 1) {
      return;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      for (TrainedTensor tensor : tensors) {
        if (tensor.hasGradient()) {
          tensor.gradient().mul_(new Scalar(factor));
        }
      }
    }
  }

  /** Frees every gradient. */
  public static void clear(List<TrainedTensor> tensors) {
    for (TrainedTensor tensor : tensors) {
      tensor.master().mutable_grad().reset();
    }
  }
}
