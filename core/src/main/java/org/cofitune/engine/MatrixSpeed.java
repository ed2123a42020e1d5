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
  private static final int FEWEST = 5;
  private static final double SECONDS = 0.3;

  /** Measures the device of an engine. */
  public static MatrixSpeed measure(Engine engine, Precision precision) {
    return measure(engine.device(), precision);
  }

  /** The best of many products of square matrices; takes about a third of a second. */
  static MatrixSpeed measure(Device device, Precision precision) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor a = ones(SIZE, SIZE).to(device, precision.scalarType());
      double best = Double.MAX_VALUE;
      double spent = 0;
      for (int i = 0; i < FEWEST || spent < SECONDS; i++) {
        long start = System.nanoTime();
        mm(a, a).close();
        if (device.is_cuda()) {
          torch.cuda_synchronize(device.index());
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        best = Math.min(best, seconds);
        spent += seconds;
      }
      return new MatrixSpeed(2.0 * SIZE * SIZE * SIZE / best);
    }
  }
}
