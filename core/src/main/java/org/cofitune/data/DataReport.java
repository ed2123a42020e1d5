package org.cofitune.data;

import java.nio.file.Path;
import java.util.List;

/**
 * What became of the rows of a run's files.
 *
 * @param files every file that was read, in order
 * @param rowsRead rows that stand in the files, skipped ones included
 * @param rowsSkipped rows left out
 * @param firstSkipped the first of them with the reasons, at most {@link DataTally#REASONS_KEPT}
 * @param rowsTruncated rows that lost tokens to the cutoff length, and were kept
 */
public record DataReport(
    List<FileRows> files,
    long rowsRead,
    long rowsSkipped,
    List<SkippedRow> firstSkipped,
    long rowsTruncated) {

  /** A file with the format found in it and its rows, skipped ones included. */
  public record FileRows(Path file, RowFormat format, long rows) {}

  /** A row that was left out; the reason is one line and names the row. */
  public record SkippedRow(RowSource source, String reason) {}

  public DataReport {
    files = List.copyOf(files);
    firstSkipped = List.copyOf(firstSkipped);
  }

  /** Rows that became examples. */
  public long rowsKept() {
    return rowsRead - rowsSkipped;
  }
}
