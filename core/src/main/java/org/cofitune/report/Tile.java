package org.cofitune.report;

/**
 * A headline number.
 *
 * @param name what it is
 * @param value the number
 * @param note what it is to be read against
 */
record Tile(String name, String value, String note) {
  Tile {
    name = PrintableText.of(name);
    value = PrintableText.of(value);
    note = PrintableText.of(note);
  }
}
