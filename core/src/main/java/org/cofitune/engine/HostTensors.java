package org.cofitune.engine;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Copies between Java arrays and CPU tensors. Arrays are copied, never shared. */
public final class HostTensors {
  private HostTensors() {}

  /** An int64 tensor of the given shape. */
  public static Tensor ofLongs(long[] values, long... shape) {
    return Tensor.create(values, shape.length == 0 ? new long[] {values.length} : shape);
  }

  /** An int64 tensor {@code [values.length]}: token ids are int64 in libtorch. */
  public static Tensor ofIds(int[] values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return ofLongs(wide);
  }

  public static Tensor ofFloats(float[] values, long... shape) {
    return Tensor.create(values, shape.length == 0 ? new long[] {values.length} : shape);
  }

  public static Tensor ofDoubles(double[] values, long... shape) {
    return Tensor.create(values, shape.length == 0 ? new long[] {values.length} : shape);
  }

  /** The values in row-major order, from any device and number type. */
  public static double[] toDoubles(Tensor tensor) {
    try (Tensor host = onHost(tensor, ScalarType.Double)) {
      double[] values = new double[Math.toIntExact(host.numel())];
      if (values.length > 0) {
        new DoublePointer(host.data_ptr_double()).get(values);
      }
      return values;
    }
  }

  /** The values in row-major order, rounded to float32. */
  public static float[] toFloats(Tensor tensor) {
    try (Tensor host = onHost(tensor, ScalarType.Float)) {
      float[] values = new float[Math.toIntExact(host.numel())];
      if (values.length > 0) {
        new FloatPointer(host.data_ptr_float()).get(values);
      }
      return values;
    }
  }

  /** Copies the values in row-major order, rounded to float32, into an array from an index on. */
  public static void copyFloats(Tensor tensor, float[] target, int at) {
    try (Tensor host = onHost(tensor, ScalarType.Float)) {
      int count = Math.toIntExact(host.numel());
      if (count > 0) {
        new FloatPointer(host.data_ptr_float()).get(target, at, count);
      }
    }
  }

  /** The values of an integer tensor in row-major order. */
  public static long[] toLongs(Tensor tensor) {
    try (Tensor host = onHost(tensor, ScalarType.Long)) {
      long[] values = new long[Math.toIntExact(host.numel())];
      if (values.length > 0) {
        new LongPointer(host.data_ptr_long()).get(values);
      }
      return values;
    }
  }

  private static Tensor onHost(Tensor tensor, ScalarType type) {
    try (Tensor plain = tensor.detach();
        Tensor cpu = plain.cpu();
        Tensor typed = cpu.to(type)) {
      return typed.contiguous();
    }
  }
}
