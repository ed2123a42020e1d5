package org.cofitune.store;

import java.util.List;

/**
 * Where one tensor lies in a safetensors file.
 *
 * @param name the tensor's name, as written in the header
 * @param type element type
 * @param shape sizes, outermost first; empty for a scalar
 * @param begin first byte, counted from the start of the file
 * @param end byte after the last, counted from the start of the file
 */
public record TensorEntry(String name, StoredType type, List<Long> shape, long begin, long end) {
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Bytes of the tensor. */
  public long bytes() {
    return end - begin;
  }

  /** Elements of the tensor. */
  public long elements() {
    return bytes() / type.byteSize();
  }

  /** The shape as an array, as tensor operators take it. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** What the entry holds, without where it lies. */
  public TensorSpec spec() {
    return new TensorSpec(name, type, shape);
  }
}
