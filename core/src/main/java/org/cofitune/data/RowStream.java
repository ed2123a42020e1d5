package org.cofitune.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The rows of several files, one at a time, in the order of the files and of the rows in them.
 *
 * <p>The format of each file is found in its first readable row. Every error is a {@link
 * CofituneException} of kind DATA that names file and line; with {@link OnBadRow#SKIP} bad rows are
 * counted and left out, but a file that is missing, empty, or unreadable from some place on is an
 * error all the same.
 *
 * <pre>{@code
 * DataTally tally = new DataTally();
 * try (RowStream rows = RowStream.open(files, OnBadRow.FAIL, tally)) {
 *   while (rows.hasNext()) {
 *     Row row = rows.next();
 *   }
 * }
 * DataReport report = tally.report();
 * }</pre>
 */
public final class RowStream implements Iterator<Row>, AutoCloseable {
  private final Iterator<Path> files;
  private final OnBadRow onBadRow;
  private final DataTally tally;
  private @Nullable JsonRows json;
  private @Nullable RowFormat format;
  private long rowsOfFile;
  private @Nullable Row ahead;

  private RowStream(List<Path> files, OnBadRow onBadRow, DataTally tally) {
    this.files = List.copyOf(files).iterator();
    this.onBadRow = onBadRow;
    this.tally = tally;
  }

  /** Opens files of rows; nothing is read before the first {@link #hasNext}. */
  public static RowStream open(List<Path> files, OnBadRow onBadRow, DataTally tally) {
    return new RowStream(files, onBadRow, tally);
  }

  @Override
  public boolean hasNext() {
    while (ahead == null) {
      if (json != null) {
        readAhead(json);
      } else if (!openNext()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Row next() {
    if (!hasNext() || ahead == null) {
      throw new NoSuchElementException();
    }
    Row row = ahead;
    ahead = null;
    return row;
  }

  @Override
  public void close() {
    JsonRows open = json;
    json = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw RowFile.unreadable(open.place().file(), e);
      }
    }
  }

  private boolean openNext() {
    if (!files.hasNext()) {
      return false;
    }
    Path file = files.next();
    format = null;
    rowsOfFile = 0;
    try {
      json = RowFile.open(file);
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
    return true;
  }

  /** Reads one row into {@link #ahead}, skips it, or closes the file at its end. */
  private void readAhead(JsonRows rows) {
    boolean ended = false;
    try {
      JsonRow row = rows.next();
      if (row == null) {
        ended = true;
      } else {
        format = format == null ? RowFormat.of(row) : format;
        ahead = format.read(row);
        count();
      }
    } catch (CofituneException e) {
      if (rows.broken() || onBadRow == OnBadRow.FAIL) {
        throw e;
      }
      count();
      tally.skipped(rows.place(), e);
    } catch (IOException e) {
      throw RowFile.unreadable(rows.place().file(), e);
    }
    if (ended) {
      endFile(rows);
    }
  }

  private void count() {
    rowsOfFile++;
    tally.read();
  }

  private void endFile(JsonRows rows) {
    Path file = rows.place().file();
    close();
    if (rowsOfFile == 0) {
      throw RowFile.empty(file);
    }
    if (format == null) {
      throw CofituneException.of(ErrorKind.DATA, "file has no readable row")
          .at(file)
          .found(rowsOfFile + " bad rows")
          .next("run again without on_bad_row: skip to see the first")
          .build();
    }
    tally.fileEnded(file, format, rowsOfFile);
  }
}
