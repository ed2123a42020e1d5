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
    if (sequences < 1 || tokenBudget < 1) {
      throw new IllegalArgumentException(
          "needs a batch of at least one: " + sequences + " sequences, " + tokenBudget + " tokens");
    }
    List<PackedBatch> batches = new ArrayList<>();
    List<TokenizedExample> open = new ArrayList<>();
    long tokens = 0;
    for (TokenizedExample example : step) {
      boolean full = open.size() == sequences || tokens + example.tokens() > tokenBudget;
      if (full && !open.isEmpty()) {
        batches.add(PackedBatch.pack(open));
        open.clear();
        tokens = 0;
      }
      open.add(example);
      tokens += example.tokens();
    }
    if (!open.isEmpty()) {
      batches.add(PackedBatch.pack(open));
    }
    return new MicroBatches(batches);
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
