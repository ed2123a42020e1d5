package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.List;

/** A table of text: columns as wide as their widest cell, numbers to the right. */
public final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final int leftAligned;

  /**
   * A table without rows.
   *
   * @param leftAligned how many columns begin on the left; the others hold numbers
   */
  public TextTable(int leftAligned, String... header) {
    this.leftAligned = leftAligned;
    rows.add(header);
  }

  /** Adds a row with as many cells as the header. */
  public void row(String... cells) {
    if (cells.length != rows.get(0).length) {
      throw new IllegalArgumentException(cells.length + " cells");
    }
    rows.add(cells);
  }

  /** Every line ends in a line feed, none in blanks. */
  @Override
  public String toString() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String blanks = " ".repeat(widths[i] - width(row[i]));
        line.append(i < leftAligned ? row[i] + blanks : blanks + row[i]).append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Columns on a terminal, where Chinese characters take two. */
  private static int width(String cell) {
    return cell.codePoints().map(c -> Character.isIdeographic(c) ? 2 : 1).sum();
  }
}
