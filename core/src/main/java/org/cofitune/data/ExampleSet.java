package org.cofitune.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * All examples of some files, in the order of their rows, at least one.
 *
 * @param rowTokens tokens of each example's row before it was cut to length
 * @param report what became of every row
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ExampleSet(List<TokenizedExample> examples, int[] rowTokens, DataReport report) {
  public ExampleSet {
    examples = List.copyOf(examples);
  }

  /** The examples at some indices, as {@link DataOrder#stepIndices} gives them. */
  public List<TokenizedExample> at(int[] indices) {
    return IntStream.of(indices).mapToObj(examples::get).toList();
  }

  public int size() {
    return examples.size();
  }

  public long tokens() {
    return examples.stream().mapToLong(TokenizedExample::tokens).sum();
  }

  /** Positions that the loss counts in one pass over all examples. */
  public long supervisedTokens() {
    return examples.stream().mapToLong(TokenizedExample::supervisedTokens).sum();
  }
}
