package org.cofitune.text.regex;

/** A search has read as many characters as it may. */
public final class SearchTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SearchTooLongException() {
    super("the search reads too much", null, false, false);
  }
}
