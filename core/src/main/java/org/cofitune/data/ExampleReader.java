package org.cofitune.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

  /** A reader of rows to train on: a row with nothing to supervise is a bad one. */
  public ExampleReader(ExampleTokenizer tokenizer, DataArguments arguments) {
    this(tokenizer, arguments, true);
  }

  private ExampleReader(
      ExampleTokenizer tokenizer, DataArguments arguments, boolean supervisionNeeded) {
    this.tokenizer = tokenizer;
    this.onBadRow = arguments.onBadRow();
    this.lengths =
        new LengthPolicy(arguments.cutoffLen(), arguments.onTooLong(), supervisionNeeded);
  }

  /** A reader of rows of which every token counts, whatever its label. */
  public static ExampleReader ofText(ExampleTokenizer tokenizer, DataArguments arguments) {
    return new ExampleReader(tokenizer, arguments, false);
  }

  /**
   * Reads all rows of some files.
   *
   * @throws CofituneException of kind DATA for the first bad row, unless bad rows are skipped, and
   *     where no row is left
   */
  public ExampleSet read(List<Path> files) {
    Examples made = new Examples();
    List<Row> waiting = new ArrayList<>(ROWS_AT_ONCE);
    try (RowStream rows = RowStream.open(files, onBadRow, made.tally)) {
      while (hasNext(rows, () -> add(waiting, made))) {
        waiting.add(rows.next());
        if (waiting.size() == ROWS_AT_ONCE) {
          add(waiting, made);
        }
      }
    }
    add(waiting, made);
    DataReport report = made.tally.report();
    if (made.examples.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no row is left")
          .at(files.get(0))
          .expected("at least one row to train on")
          .found(
              report.rowsRead()
                  + " rows, all skipped; the first: "
                  + report.firstSkipped().get(0).reason())
          .build();
    }
    return new ExampleSet(made.examples, made.rowTokens.build().toArray(), report);
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

  private void add(List<Row> waiting, Examples made) {
    for (Outcome outcome : waiting.parallelStream().map(this::tokenize).toList()) {
      if (outcome.example != null) {
        made.add(outcome.example, outcome.rowTokens);
      } else if (outcome.error != null) {
        boolean tooLong =
            lengths.onTooLong() == OnTooLong.SKIP && lengths.isTooLong(outcome.rowTokens);
        boolean bad = onBadRow == OnBadRow.SKIP && outcome.error.kind() == ErrorKind.DATA;
        if (!tooLong && !bad) {
          throw outcome.error;
        }
        made.tally.skipped(outcome.source, outcome.error);
      }
    }
    waiting.clear();
  }

  private Outcome tokenize(Row row) {
    int rowTokens = 0;
    try {
      TokenizedExample full = tokenizer.tokenize(row);
      rowTokens = full.tokens();
      return new Outcome(row.source(), rowTokens, lengths.fit(full), null);
    } catch (CofituneException e) {
      return new Outcome(row.source(), rowTokens, null, e);
    }
  }

  /** An example, or why there is none. */
  private record Outcome(
      RowSource source,
      int rowTokens,
      @Nullable TokenizedExample example,
      @Nullable CofituneException error) {}

  private static final class Examples {
    private final DataTally tally = new DataTally();
    private final List<TokenizedExample> examples = new ArrayList<>();
    private final IntStream.Builder rowTokens = IntStream.builder();

    void add(TokenizedExample example, int tokensOfRow) {
      if (example.truncated()) {
        tally.truncated();
      }
      examples.add(example);
      rowTokens.add(tokensOfRow);
    }
  }
}
