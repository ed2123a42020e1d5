package org.cofitune.importance;

/** Which models importance may be used for. */
public enum ModelCheck {
  /** The one that it was measured on, as far as the files tell. */
  SAME_MODEL,
  /** Every model with as many layers and units. */
  SAME_SHAPE
}
