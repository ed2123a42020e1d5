package org.cofitune.data;

/** Raw text: every token of it is supervised. */
public record TextRow(String text, RowSource source) implements Row {

  static TextRow read(Fields row) {
    String text = row.text("text");
    if (text.isBlank()) {
      throw Turns.nothingToLearn(row, "a non-empty \"text\"", "\"" + text + "\"");
    }
    return new TextRow(text, row.source());
  }
}
