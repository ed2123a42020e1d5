package org.cofitune.engine;

import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Decides by measurement whether bfloat16 arithmetic is worth using on a device. A matrix product
 * alone does not tell: CPUs that multiply bfloat16 fast can take many times as long over attention,
 * so both are timed. Where it is not worth it, weights stay stored as they are and are computed in
 * float32.
 */
final class PrecisionChoice {
  /** bfloat16 loses accuracy, so it must be clearly faster. */
  private static final double WORTHWHILE_SPEEDUP = 1.3;

  private static final int SIZE = 768;
  private static final int HEADS = 12;
  private static final int TOKENS = 256;
  private static final int HEAD_DIM = 64;
  private static final int WARM_UPS = 3;
  private static final int REPEATS = 7;
  private static final double NANOS = 1e-9;

  private PrecisionChoice() {}

  static Precision measure(Device device) {
    double float32 = seconds(device, Precision.FLOAT32);
    double bfloat16 = seconds(device, Precision.BFLOAT16);
    return float32 / bfloat16 >= WORTHWHILE_SPEEDUP ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  /** The least time that a matrix product and causal attention took together. */
  private static double seconds(Device device, Precision precision) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor matrix = ones(SIZE, SIZE).to(device, precision.scalarType());
      Tensor heads = ones(1, HEADS, TOKENS, HEAD_DIM).to(device, precision.scalarType());
      double best = Double.MAX_VALUE;
      for (int i = 0; i < WARM_UPS + REPEATS; i++) {
        long start = System.nanoTime();
        mm(matrix, matrix);
        scaled_dot_product_attention(
            heads, heads, heads, new TensorOptional(), 0.0, true, new DoubleOptional(), false);
        if (device.is_cuda()) {
          torch.cuda_synchronize(device.index());
        }
        if (i >= WARM_UPS) {
          best = Math.min(best, (System.nanoTime() - start) * NANOS);
        }
      }
      return best;
    }
  }
}
