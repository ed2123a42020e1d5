package org.cofitune.data;

import java.util.Arrays;

/**
 * One row as the model sees it.
 *
 * <p>Labels are aligned with the ids, as in Hugging Face files: {@code labels[i]} is the id that
 * the model should produce at position i (from the ids before i), or {@link #IGNORED}. The shift by
 * one happens in {@link PackedBatch#pack}, so the label of position 0 never counts.
 *
 * @param ids token ids, at least one; not to be changed
 * @param labels as many as ids; not to be changed
 * @param source the row it was made from
 * @param truncated whether tokens were cut off to fit the cutoff length
 */
// Arrays, not lists: a hundred thousand rows stay in memory. Identity is the right equality here.
@SuppressWarnings("ArrayRecordComponent")
public record TokenizedExample(int[] ids, int[] labels, RowSource source, boolean truncated) {
  /** The label of a position that is not supervised. */
  public static final int IGNORED = -100;

  public TokenizedExample {
    if (ids.length == 0 || ids.length != labels.length) {
      throw new IllegalArgumentException(
          "needs as many labels as ids and at least one: "
              + ids.length
              + " ids, "
              + labels.length
              + " labels");
    }
  }

  /** The first tokens of this example; this example itself where it has no more. */
  TokenizedExample truncatedTo(int length) {
    return length >= ids.length
        ? this
        : new TokenizedExample(
            Arrays.copyOf(ids, length), Arrays.copyOf(labels, length), source, true);
  }

  /** Length in tokens. */
  public int tokens() {
    return ids.length;
  }

  /** Positions that the loss counts, after the shift. */
  public int supervisedTokens() {
    int count = 0;
    for (int i = 1; i < labels.length; i++) {
      if (labels[i] != IGNORED) {
        count++;
      }
    }
    return count;
  }
}
