package org.cofitune.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text and numbers; the first cell of a row names it.
 *
 * @param caption what it shows
 * @param textColumns how many columns, from the left, are text; the others are numbers
 * @param head names of the columns
 * @param rows as many cells as columns each
 */
record Table(String caption, int textColumns, List<String> head, List<List<String>> rows)
    implements Block {
  Table {
    caption = PrintableText.of(caption);
    head = head.stream().map(PrintableText::of).toList();
    rows = rows.stream().map(row -> row.stream().map(PrintableText::of).toList()).toList();
  }

  /** A table that is filled row by row. */
  static Builder of(String caption, int textColumns, String... head) {
    return new Builder(caption, textColumns, List.of(head));
  }

  /** The class of the table: of words alone, or with numbers. */
  String kind() {
    return textColumns == head.size() ? "words" : "numbers";
  }

  /** The class of a cell of a column. */
  String cell(int column) {
    return column < textColumns ? "text" : "number";
  }

  /** Collects rows. */
  static final class Builder {
    private final String caption;
    private final int textColumns;
    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    private Builder(String caption, int textColumns, List<String> head) {
      this.caption = caption;
      this.textColumns = textColumns;
      this.head = head;
    }

    Builder row(String... cells) {
      return row(List.of(cells));
    }

    Builder row(List<String> cells) {
      if (cells.size() != head.size()) {
        throw new IllegalArgumentException(cells.size() + " cells for " + head.size() + " columns");
      }
      rows.add(cells);
      return this;
    }

    Table build() {
      return new Table(caption, textColumns, head, rows);
    }
  }
}
