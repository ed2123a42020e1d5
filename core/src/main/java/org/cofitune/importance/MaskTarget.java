package org.cofitune.importance;

/**
 * What the soft mask damps. AdamW divides by the running root mean square of the gradient, so a
 * constant factor on the gradient of a row cancels, except for the clip: only {@link #UPDATE}
 * changes by how much a row moves (METHOD.md section 5).
 */
public enum MaskTarget {
  /** The gradient, before the clip: what the paper says. */
  GRADIENT,
  /** The step that AdamW takes, weight decay included: what the paper wants. */
  UPDATE
}
