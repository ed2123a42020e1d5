package org.cofitune.data;

import java.util.Arrays;
import java.util.List;

/**
 * Several sequences one behind the other, without padding.
 *
 * <p>Sequence s holds the flat positions {@code offsets[s]} (inclusive) to {@code offsets[s + 1]}
 * (exclusive); attention never crosses these bounds and positions restart at 0 in each sequence.
 * Target k says that the hidden state at flat position {@code targetPositions[k]} should predict
 * {@code targets[k]}, the token one position later in the same sequence. The first token of a
 * sequence is therefore never a target.
 *
 * @param ids token ids, {@code [tokens]}
 * @param offsets {@code [sequences + 1]}, from 0 to tokens
 * @param targetPositions flat positions of the predicting hidden states, {@code [supervised]},
 *     strictly increasing
 * @param targets the ids to predict, {@code [supervised]}
 */
// Arrays that go into tensors as they are. Identity is the right equality here.
@SuppressWarnings("ArrayRecordComponent")
public record PackedBatch(int[] ids, int[] offsets, int[] targetPositions, int[] targets) {

  /** Packs examples in their order. */
  public static PackedBatch pack(List<TokenizedExample> examples) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("no example to pack");
    }
    int tokens = 0;
    int supervised = 0;
    for (TokenizedExample example : examples) {
      tokens = Math.addExact(tokens, example.tokens());
      supervised += example.supervisedTokens();
    }
    int[] ids = new int[tokens];
    int[] offsets = new int[examples.size() + 1];
    int[] targetPositions = new int[supervised];
    int[] targets = new int[supervised];
    int start = 0;
    int target = 0;
    for (int s = 0; s < examples.size(); s++) {
      TokenizedExample example = examples.get(s);
      int[] labels = example.labels();
      System.arraycopy(example.ids(), 0, ids, start, example.tokens());
      for (int i = 1; i < labels.length; i++) {
        if (labels[i] != TokenizedExample.IGNORED) {
          targetPositions[target] = start + i - 1;
          targets[target] = labels[i];
          target++;
        }
      }
      start += example.tokens();
      offsets[s + 1] = start;
    }
    return new PackedBatch(ids, offsets, targetPositions, targets);
  }

  /** Tokens of all sequences together. */
  public int tokens() {
    return ids.length;
  }

  public int sequences() {
    return offsets.length - 1;
  }

  /** Tokens of one sequence. */
  public int length(int sequence) {
    return offsets[sequence + 1] - offsets[sequence];
  }

  /** Tokens of the longest sequence. */
  public int longest() {
    int longest = 0;
    for (int s = 0; s < sequences(); s++) {
      longest = Math.max(longest, length(s));
    }
    return longest;
  }

  /** The position of every token in its own sequence, {@code [tokens]}. */
  public int[] positions() {
    int[] positions = new int[tokens()];
    for (int s = 0; s < sequences(); s++) {
      for (int i = offsets[s]; i < offsets[s + 1]; i++) {
        positions[i] = i - offsets[s];
      }
    }
    return positions;
  }

  /** Targets, that is what the loss of this batch is a sum over. */
  public int supervisedTokens() {
    return targets.length;
  }

  @Override
  public String toString() {
    return "PackedBatch[offsets="
        + Arrays.toString(offsets)
        + ", supervised="
        + supervisedTokens()
        + "]";
  }
}
