package org.cofitune.text.jinja;

/** Python's {@code None}. */
enum None {
  NONE
}
