package org.cofitune.pipeline;

import java.util.Optional;
import org.cofitune.engine.Precision;

/** The number type that a model computes in, as a recipe names it ({@code dtype}). */
public enum DType {
  /** float32 for weights stored in it; for 16-bit ones whatever a measurement finds faster. */
  AUTO(4),
  FLOAT32(4),
  BFLOAT16(2),
  /** For proofs against reference numbers. */
  FLOAT64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a number that is computed with; where the model decides, at most. */
  int bytes() {
    return bytes;
  }

  /** The engine's word; empty where the model decides. */
  public Optional<Precision> precision() {
    return this == AUTO ? Optional.empty() : Optional.of(Precision.valueOf(name()));
  }
}
