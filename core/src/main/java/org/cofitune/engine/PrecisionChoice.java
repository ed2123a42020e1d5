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

  /**
   * So much slower than float32, it is not tried again: on a CPU without bfloat16 instructions a
   * checkpoint would take seconds to open otherwise.
   */
  private static final double HOPELESS = 4;

  private static final Work PROBE = new Work(256, 4, 64);
  private static final Work WHOLE = new Work(768, 12, 256);
  private static final int HEAD_DIM = 64;
  private static final int WARM_UPS = 3;
  private static final int REPEATS = 7;
  private static final double NANOS = 1e-9;

  private PrecisionChoice() {}

  /**
   * What is timed.
   *
   * @param size rows and columns of the matrices
   * @param heads of the attention
   * @param tokens that the attention is over
   */
  private record Work(int size, int heads, int tokens) {}

  static Precision measure(Device device) {
    double speedup = speedup(device, PROBE);
    if (speedup * HOPELESS > 1) {
      speedup = speedup(device, WHOLE);
    }
    return speedup >= WORTHWHILE_SPEEDUP ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  private static double speedup(Device device, Work work) {
    double float32 = seconds(device, Precision.FLOAT32, work, Double.MAX_VALUE);
    return float32 / seconds(device, Precision.BFLOAT16, work, HOPELESS * float32);
  }

  /**
   * The least time that a matrix product and causal attention took together.
   *
   * @param hopeless a time after which no more is tried; the first one does not count, since
   *     kernels are loaded in it
   */
  private static double seconds(Device device, Precision precision, Work work, double hopeless) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor matrix = ones(work.size(), work.size()).to(device, precision.scalarType());
      Tensor heads =
          ones(1, work.heads(), work.tokens(), HEAD_DIM).to(device, precision.scalarType());
      double best = Double.MAX_VALUE;
      for (int i = 0; i < WARM_UPS + REPEATS; i++) {
        long start = System.nanoTime();
        mm(matrix, matrix);
        scaled_dot_product_attention(
            heads, heads, heads, new TensorOptional(), 0.0, true, new DoubleOptional(), false);
        if (device.is_cuda()) {
          torch.cuda_synchronize(device.index());
        }
        double seconds = (System.nanoTime() - start) * NANOS;
        if (seconds > hopeless && i > 0) {
          return seconds;
        }
        if (i >= WARM_UPS) {
          best = Math.min(best, seconds);
        }
      }
      return best;
    }
  }
}
