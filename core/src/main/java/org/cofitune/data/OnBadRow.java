package org.cofitune.data;

/** What happens to a row that cannot be trained on ({@code on_bad_row}). */
public enum OnBadRow {
  /** The first one ends the command with an error that names it. */
  FAIL,
  /** It is left out and counted in the {@link DataReport}. */
  SKIP
}
