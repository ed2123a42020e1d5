package org.cofitune.evaluate.task;

/** What happens to an item that cannot be asked ({@code on_bad_item}). */
public enum OnBadItem {
  /** The first one ends the command with an error that names it. */
  FAIL,
  /** It is left out, and counted in the score card. */
  SKIP
}
