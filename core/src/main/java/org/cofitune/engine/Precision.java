package org.cofitune.engine;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number type that a forward and backward pass computes in. */
public enum Precision {
  FLOAT32(ScalarType.Float, 4),
  BFLOAT16(ScalarType.BFloat16, 2),
  /** For proofs against golden numbers; nothing else needs it. */
  FLOAT64(ScalarType.Double, 8);

  private final ScalarType scalarType;
  private final int bytes;

  Precision(ScalarType scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  public ScalarType scalarType() {
    return scalarType;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The type that optimizer state, master weights, norms and losses are kept in. */
  public Precision master() {
    return this == FLOAT64 ? FLOAT64 : FLOAT32;
  }
}
