package org.cofitune.pipeline;

import java.util.Optional;
import org.cofitune.engine.Precision;

/** The number type that a model computes in, as a recipe names it ({@code dtype}). */
public enum DType {
  /** float32 for weights stored in it; for 16-bit ones whatever a measurement finds faster. */
  AUTO,
  FLOAT32,
  BFLOAT16,
  /** For proofs against reference numbers. */
  FLOAT64;

  /** The engine's word; empty where the model decides. */
  public Optional<Precision> precision() {
    return this == AUTO ? Optional.empty() : Optional.of(Precision.valueOf(name()));
  }
}
