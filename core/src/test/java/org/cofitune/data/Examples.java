package org.cofitune.data;

import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Small examples for tests. */
final class Examples {
  private static final RowSource SOURCE = new RowSource(Path.of("rows.jsonl"), 1, 1);

  private Examples() {}

  /** An example with these ids, the last {@code supervised} of them supervised. */
  static TokenizedExample example(int supervised, int... ids) {
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, ids.length - supervised, TokenizedExample.IGNORED);
    return new TokenizedExample(ids, labels, SOURCE, false);
  }

  /** Examples of 1 to 12 tokens with any positions supervised. */
  static Arbitrary<TokenizedExample> any() {
    return Arbitraries.integers()
        .between(1, 12)
        .flatMap(
            length ->
                Combinators.combine(
                        Arbitraries.integers().between(0, 99).array(int[].class).ofSize(length),
                        Arbitraries.of(true, false).array(boolean[].class).ofSize(length))
                    .as(Examples::masked));
  }

  private static TokenizedExample masked(int[] ids, boolean[] supervised) {
    int[] labels = ids.clone();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = supervised[i] ? ids[i] : TokenizedExample.IGNORED;
    }
    return new TokenizedExample(ids, labels, SOURCE, false);
  }
}
