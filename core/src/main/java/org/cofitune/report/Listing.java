package org.cofitune.report;

/**
 * A file as it is, folded away.
 *
 * @param title what it is
 * @param text its lines
 */
record Listing(String title, String text) implements Block {
  Listing {
    title = PrintableText.of(title);
    text = PrintableText.of(text);
  }
}
