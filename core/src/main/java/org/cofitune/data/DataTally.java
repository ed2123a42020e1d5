package org.cofitune.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;

/** Counts rows while they are read; {@link #report} says how it stands. Not thread-safe. */
public final class DataTally {
  /** Reasons that a report spells out; the rest is counted only. */
  public static final int REASONS_KEPT = 10;

  private final List<DataReport.FileRows> files = new ArrayList<>();
  private final List<DataReport.SkippedRow> firstSkipped = new ArrayList<>();
  private long rowsRead;
  private long rowsSkipped;
  private long rowsTruncated;

  /** A row stands in a file, whatever becomes of it. */
  void read() {
    rowsRead++;
  }

  void skipped(RowSource source, CofituneException reason) {
    rowsSkipped++;
    if (firstSkipped.size() < REASONS_KEPT) {
      firstSkipped.add(new DataReport.SkippedRow(source, reason.getMessage()));
    }
  }

  void truncated() {
    rowsTruncated++;
  }

  void fileEnded(Path file, RowFormat format, long rows) {
    files.add(new DataReport.FileRows(file, format, rows));
  }

  public DataReport report() {
    return new DataReport(files, rowsRead, rowsSkipped, firstSkipped, rowsTruncated);
  }
}
