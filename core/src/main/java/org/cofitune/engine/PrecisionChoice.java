package org.cofitune.engine;

import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.randn;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Decides by measurement whether bfloat16 arithmetic is worth using on a device. Hardware with
 * matrix units for it (GPUs, AMX) is several times faster; other CPUs are slower than in float32,
 * and there bfloat16 weights are stored as they are and computed in float32.
 */
final class PrecisionChoice {
  private static final int SIZE = 768;
  private static final int REPEATS = 5;

  /** bfloat16 loses accuracy, so it must be clearly faster. */
  private static final double WORTHWHILE_SPEEDUP = 1.3;

  private PrecisionChoice() {}

  static Precision measure(Device device) {
    double float32 = secondsPerProduct(device, Precision.FLOAT32);
    double bfloat16 = secondsPerProduct(device, Precision.BFLOAT16);
    return float32 / bfloat16 >= WORTHWHILE_SPEEDUP ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  private static double secondsPerProduct(Device device, Precision precision) {
    try (PointerScope scope = new PointerScope()) {
      Tensor a = randn(SIZE, SIZE).to(device, precision.scalarType());
      double best = Double.MAX_VALUE;
      for (int i = 0; i < REPEATS; i++) {
        long start = System.nanoTime();
        mm(a, a);
        if (device.is_cuda()) {
          torch.cuda_synchronize(device.index());
        }
        best = Math.min(best, (System.nanoTime() - start) * 1e-9);
      }
      return best;
    }
  }
}
