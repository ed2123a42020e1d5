package org.cofitune.data;

import java.nio.file.Path;

/**
 * Where a row stands, so that every message about it can be followed.
 *
 * @param line 1-based line on which the row begins
 * @param row 1-based number of the row in its file; it differs from the line in JSON arrays and
 *     where blank lines stand between rows
 */
public record RowSource(Path file, long line, long row) {

  /** {@code file:line}, with the row number where the line alone would not find it. */
  @Override
  public String toString() {
    return row == line ? file + ":" + line : file + ":" + line + " (row " + row + ")";
  }
}
