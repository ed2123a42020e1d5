package org.cofitune.data;

/** What happens to a row of more than {@code cutoff_len} tokens ({@code on_too_long}). */
public enum OnTooLong {
  /** Its first cutoff_len tokens are kept, as Hugging Face's truncation does. */
  TRUNCATE,
  /** It is left out and counted in the {@link DataReport}. */
  SKIP,
  /** The first one ends the command with an error that names it. */
  FAIL
}
