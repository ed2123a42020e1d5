package org.cofitune.store;

import java.util.List;

/**
 * Name, element type and shape of a tensor, without its values.
 *
 * @param name the tensor's name
 * @param type element type
 * @param shape sizes, outermost first; empty for a scalar
 */
public record TensorSpec(String name, StoredType type, List<Long> shape) {
  /**
   * Checks that the tensor can exist.
   *
   * @throws IllegalArgumentException if a size is negative
   * @throws ArithmeticException if the size in bytes exceeds a long
   */
  public TensorSpec {
    shape = List.copyOf(shape);
    bytes(type, shape);
  }

  /** Bytes that the values take. */
  public long bytes() {
    return bytes(type, shape);
  }

  static long bytes(StoredType type, List<Long> shape) {
    long elements = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("negative size in shape " + shape);
      }
      elements = Math.multiplyExact(elements, size);
    }
    return Math.multiplyExact(elements, (long) type.byteSize());
  }
}
