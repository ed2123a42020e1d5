package org.cofitune.method;

import com.fasterxml.jackson.annotation.JsonAlias;
import java.util.Locale;

/** The methods, as a recipe names them. */
public enum MethodName {
  /** Plain training of the region. */
  REGION,
  /** Plain training of the whole model. */
  FULL,
  /** The soft mask inside the region. */
  COFITUNE,
  /** The soft mask on the whole model. */
  @JsonAlias("v-softmask")
  V_SOFTMASK,
  /** Low-rank adapters on the region's projections. */
  LORA,
  /** A penalty on the absolute distance from the base weights. */
  L1,
  /** A penalty on the squared distance from the base weights. */
  L2,
  /** A penalty on the divergence from the base's predictions. */
  KL,
  /** Tokens weighted by the probability of their target. */
  DFT,
  /** Tokens weighted by the entropy of the prediction. */
  EAFT,
  /** A random half of each layer's matrices. */
  HFT;

  /** Whether it needs the importance of units. */
  public boolean isMasked() {
    return this == COFITUNE || this == V_SOFTMASK;
  }

  /** Whether it is about the whole model. */
  public boolean needsWholeModel() {
    return this == FULL || this == V_SOFTMASK;
  }

  /** The word in a recipe. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
