package org.cofitune.engine;

import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.ones;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How fast a device multiplies matrices: the yardstick that a training step is held against.
 *
 * @param flopsPerSecond floating point operations, two for each multiply and add
 */
public record MatrixSpeed(double flopsPerSecond) {
  private static final int SIZE = 768;
  private static final int REPEATS = 5;

  /** Measures the device of an engine. */
  public static MatrixSpeed measure(Engine engine, Precision precision) {
    return measure(engine.device(), precision);
  }

  /** The best of a few products of square matrices; takes some hundredths of a second on a CPU. */
  static MatrixSpeed measure(Device device, Precision precision) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor a = ones(SIZE, SIZE).to(device, precision.scalarType());
      double best = Double.MAX_VALUE;
      for (int i = 0; i < REPEATS; i++) {
        long start = System.nanoTime();
        mm(a, a);
        if (device.is_cuda()) {
          torch.cuda_synchronize(device.index());
        }
        best = Math.min(best, (System.nanoTime() - start) * 1e-9);
      }
      return new MatrixSpeed(2.0 * SIZE * SIZE * SIZE / best);
    }
  }
}
