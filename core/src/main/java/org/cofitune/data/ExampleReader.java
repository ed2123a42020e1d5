package org.cofitune.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of rows into examples, several rows at once on all cores; the result and the first
 * error are those of reading row by row.
 *
 * <pre>{@code
 * DataFiles files = DataFiles.of(paths);
 * ExampleSet set = new ExampleReader(tokenizer, arguments).read(files.files());
 * log.info("{} rows, {} skipped", set.size(), set.report().rowsSkipped());
 * }</pre>
 */
public final class ExampleReader {
  private static final int ROWS_AT_ONCE = 1024;

  private final ExampleTokenizer tokenizer;
  private final OnBadRow onBadRow;
  private final LengthPolicy lengths;

  public ExampleReader(ExampleTokenizer tokenizer, DataArguments arguments) {
    this.tokenizer = tokenizer;
    this.onBadRow = arguments.onBadRow();
    this.lengths = new LengthPolicy(arguments.cutoffLen(), arguments.onTooLong());
  }

  /**
   * Reads all rows of some files.
   *
   * @throws CofituneException of kind DATA for the first bad row, unless bad rows are skipped, and
   *     where no row is left
   */
  public ExampleSet read(List<Path> files) {
    List<TokenizedExample> examples = new ArrayList<>();
    DataTally tally = new DataTally();
    List<Row> waiting = new ArrayList<>(ROWS_AT_ONCE);
    try (RowStream rows = RowStream.open(files, onBadRow, tally)) {
      while (hasNext(rows, () -> add(waiting, examples, tally))) {
        waiting.add(rows.next());
        if (waiting.size() == ROWS_AT_ONCE) {
          add(waiting, examples, tally);
        }
      }
    }
    add(waiting, examples, tally);
    DataReport report = tally.report();
    if (examples.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no row is left")
          .at(files.get(0))
          .expected("at least one row to train on")
          .found(
              report.rowsRead()
                  + " rows, all skipped; the first: "
                  + report.firstSkipped().get(0).reason())
          .build();
    }
    return new ExampleSet(examples, report);
  }

  /** An error of the stream waits for the rows before it, whose errors come first. */
  private static boolean hasNext(RowStream rows, Runnable addWaiting) {
    try {
      return rows.hasNext();
    } catch (CofituneException e) {
      addWaiting.run();
      throw e;
    }
  }

  private void add(List<Row> waiting, List<TokenizedExample> examples, DataTally tally) {
    for (Outcome outcome : waiting.parallelStream().map(this::tokenize).toList()) {
      if (outcome.error != null) {
        boolean asked = outcome.tooLong && lengths.onTooLong() == OnTooLong.SKIP;
        boolean skips = onBadRow == OnBadRow.SKIP && outcome.error.kind() == ErrorKind.DATA;
        if (!asked && !skips) {
          throw outcome.error;
        }
        tally.skipped(outcome.row.source(), outcome.error);
      } else if (outcome.example != null) {
        if (outcome.example.truncated()) {
          tally.truncated();
        }
        examples.add(outcome.example);
      }
    }
    waiting.clear();
  }

  private Outcome tokenize(Row row) {
    boolean tooLong = false;
    try {
      TokenizedExample full = tokenizer.tokenize(row);
      tooLong = lengths.isTooLong(full);
      return new Outcome(row, lengths.fit(full), tooLong, null);
    } catch (CofituneException e) {
      return new Outcome(row, null, tooLong, e);
    }
  }

  private record Outcome(
      Row row,
      @Nullable TokenizedExample example,
      boolean tooLong,
      @Nullable CofituneException error) {}
}
