package org.cofitune.data;

import java.util.List;
import java.util.stream.IntStream;
import org.cofitune.text.Tokenizer;

/**
 * What a person should look at before training: some rows as the model will see them, and what the
 * whole set is like.
 *
 * @param rows the first rows
 * @param examples rows that are trained on
 * @param tokens their tokens
 * @param supervisedTokens tokens that the loss counts in one epoch
 * @param lengths of the rows before they were cut, so that a better cutoff length can be read off
 * @param report rows read, skipped with the first reasons, and truncated
 */
public record DataPreview(
    List<RowPreview> rows,
    int examples,
    long tokens,
    long supervisedTokens,
    LengthStatistics lengths,
    DataReport report) {

  public DataPreview {
    rows = List.copyOf(rows);
  }

  /** Shows the first rows of a set. */
  public static DataPreview of(ExampleSet set, int rows, Tokenizer tokenizer) {
    return new DataPreview(
        IntStream.range(0, Math.min(rows, set.size()))
            .mapToObj(i -> RowPreview.of(set.examples().get(i), set.rowTokens()[i], tokenizer))
            .toList(),
        set.size(),
        set.tokens(),
        set.supervisedTokens(),
        LengthStatistics.of(set.rowTokens()),
        set.report());
  }

  /** The part of the tokens that the loss counts, 0 to 1. */
  public double supervisedShare() {
    return (double) supervisedTokens / tokens;
  }
}
