package org.cofitune.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one optimizer step, cut into batches that fit in memory.
 *
 * <p>The order of the rows is kept, so 8 x 1, 4 x 2 and 1 x 8 are the same rows; and the number of
 * supervised tokens of the whole step, which every token's loss is divided by (METHOD.md section
 * 3), is known before the first forward pass.
 */
public record MicroBatches(List<PackedBatch> batches) {

  public MicroBatches {
    batches = List.copyOf(batches);
  }

  /** Cuts a step into batches of so many sequences; the last may have fewer. */
  public static MicroBatches ofSequences(List<TokenizedExample> step, int sequences) {
    return of(step, sequences, Integer.MAX_VALUE);
  }

  /**
   * Cuts a step into batches of at most so many sequences and at most so many tokens; a row longer
   * than the budget makes a batch of its own.
   */
  public static MicroBatches of(List<TokenizedExample> step, int sequences, int tokenBudget) {
    return new MicroBatches(
        cut(step, sequences, tokenBudget).stream().map(PackedBatch::pack).toList());
  }

  /** How many batches {@link #of} makes of these rows. */
  public static int count(List<TokenizedExample> step, int sequences, int tokenBudget) {
    return cut(step, sequences, tokenBudget).size();
  }

  private static List<List<TokenizedExample>> cut(
      List<TokenizedExample> step, int sequences, int tokenBudget) {
    if (sequences < 1 || tokenBudget < 1) {
      throw new IllegalArgumentException(
          "needs a batch of at least one: " + sequences + " sequences, " + tokenBudget + " tokens");
    }
    List<List<TokenizedExample>> batches = new ArrayList<>();
    int begin = 0;
    long tokens = 0;
    for (int row = 0; row < step.size(); row++) {
      long more = step.get(row).tokens();
      boolean full = row - begin == sequences || tokens + more > tokenBudget;
      if (full && row > begin) {
        batches.add(step.subList(begin, row));
        begin = row;
        tokens = 0;
      }
      tokens += more;
    }
    if (begin < step.size()) {
      batches.add(step.subList(begin, step.size()));
    }
    return batches;
  }

  /** Supervised tokens of the whole step: the divisor of its loss. */
  public long supervisedTokens() {
    return batches.stream().mapToLong(PackedBatch::supervisedTokens).sum();
  }

  /** Tokens of the whole step. */
  public long tokens() {
    return batches.stream().mapToLong(PackedBatch::tokens).sum();
  }

  /** Rows of the whole step. */
  public int sequences() {
    return batches.stream().mapToInt(PackedBatch::sequences).sum();
  }
}
