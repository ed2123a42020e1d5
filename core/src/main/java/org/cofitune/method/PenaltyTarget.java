package org.cofitune.method;

/** Where a penalty towards the base acts. */
public enum PenaltyTarget {
  /** After AdamW's step, as the proximal step of the penalty. */
  UPDATE,
  /** On the gradient, before AdamW divides by its size. */
  GRADIENT
}
