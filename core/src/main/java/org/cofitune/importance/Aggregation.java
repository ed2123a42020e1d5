package org.cofitune.importance;

/** How the gate gradients of many batches become one number per unit (METHOD.md section 4). */
public enum Aggregation {
  /** Their sum, as the authors intend: batches that disagree cancel. */
  SIGNED,
  /** The sum of their absolute values. */
  ABS;

  /** What a batch adds. */
  UnitValues contribution(UnitValues gradients) {
    return this == ABS ? gradients.map(Math::abs) : gradients;
  }
}
