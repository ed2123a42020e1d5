package org.cofitune.engine;

import org.bytedeco.pytorch.Device;

/**
 * Decides by measurement whether bfloat16 arithmetic is worth using on a device. Hardware with
 * matrix units for it (GPUs, AMX) is several times faster; other CPUs are slower than in float32,
 * and there bfloat16 weights are stored as they are and computed in float32.
 */
final class PrecisionChoice {
  /** bfloat16 loses accuracy, so it must be clearly faster. */
  private static final double WORTHWHILE_SPEEDUP = 1.3;

  private PrecisionChoice() {}

  static Precision measure(Device device) {
    double float32 = MatrixSpeed.measure(device, Precision.FLOAT32).flopsPerSecond();
    double bfloat16 = MatrixSpeed.measure(device, Precision.BFLOAT16).flopsPerSecond();
    return bfloat16 / float32 >= WORTHWHILE_SPEEDUP ? Precision.BFLOAT16 : Precision.FLOAT32;
  }
}
