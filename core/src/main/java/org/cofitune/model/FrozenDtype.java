package org.cofitune.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** The number type that the matrices of frozen layers are held in during training. */
public enum FrozenDtype {
  /** As the checkpoint stores them: exact. */
  @JsonProperty("stored")
  STORED,
  /** Eight bits a number and a float32 scale for each output row, {@link Int8Matrix}. */
  @JsonProperty("int8")
  INT8,
  /** Four bits a number and a float32 scale for each 64 numbers, {@link Nf4Matrix}. */
  @JsonProperty("nf4")
  NF4;

  /** Whether a matrix comes back changed. */
  public boolean isQuantised() {
    return this != STORED;
  }

  /**
   * Bytes of a matrix in memory.
   *
   * @param shape {@code [rows, columns]}
   * @param storedBytes what it takes in the checkpoint
   */
  public long bytes(List<Long> shape, long storedBytes) {
    long numbers = ParameterNames.elements(shape);
    return switch (this) {
      case STORED -> storedBytes;
      case INT8 -> numbers + shape.get(0) * Float.BYTES;
      case NF4 -> {
        long blocks = (numbers + Nf4Matrix.BLOCK - 1) / Nf4Matrix.BLOCK;
        yield blocks * (Nf4Matrix.BLOCK / 2 + Float.BYTES);
      }
    };
  }

  /**
   * Bytes for each number of a matrix that exist beside the result while it is dequantised: the
   * float32 product, and for {@code NF4} the looked-up codes.
   */
  public int scratchBytes() {
    return switch (this) {
      case STORED -> 0;
      case INT8 -> Float.BYTES;
      case NF4 -> Float.BYTES + Integer.BYTES / 2;
    };
  }
}
