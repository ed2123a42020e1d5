package org.cofitune.store;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers in row-major order with their shape, outside of the engine.
 *
 * @param values one for each element; not copied
 * @param shape sizes, outermost first; empty for a scalar
 */
public record DoubleArray(double[] values, List<Integer> shape) {
  /**
   * Checks that the values fill the shape.
   *
   * @throws IllegalArgumentException if they do not
   */
  public DoubleArray {
    shape = List.copyOf(shape);
    NpyHeader.requireFull(values.length, shape);
  }

  /** An array of that shape around the values. */
  public static DoubleArray of(double[] values, Integer... shape) {
    return new DoubleArray(values, List.of(shape));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DoubleArray array
        && Arrays.equals(values, array.values)
        && shape.equals(array.shape);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + shape.hashCode();
  }

  @Override
  public String toString() {
    return "float64 " + shape;
  }
}
