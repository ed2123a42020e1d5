package org.cofitune.importance;

/**
 * What the soft mask damps. AdamW divides by the running root mean square of the gradient, so a
 * constant factor on the gradient of a row cancels, except for the clip: only {@link #UPDATE}
 * changes by how much a row moves (METHOD.md section 5).
 */
public enum MaskTarget {
  /** The gradient, before the clip: what the paper says. */
  GRADIENT("mask_removed_gradient"),
  /** The step that AdamW takes, weight decay included: what the paper wants. */
  UPDATE("mask_removed");

  private final String measure;

  MaskTarget(String measure) {
    this.measure = measure;
  }

  /** The name under which logs have the share that the mask removed of it, 0 to 1. */
  public String measure() {
    return measure;
  }
}
