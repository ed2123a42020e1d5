package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cofitune.data.Examples.example;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class MicroBatchesTest {

  @Test
  void tokenBudgetClosesABatchBeforeItWouldOverflow() {
    List<TokenizedExample> step =
        List.of(
            example(1, 1, 2, 3), example(1, 1, 2), example(1, 1, 2, 3, 4, 5, 6), example(1, 1, 2));

    MicroBatches micro = MicroBatches.of(step, 8, 5);

    assertThat(micro.batches()).extracting(PackedBatch::tokens).containsExactly(5, 6, 2);
    assertThat(micro.tokens()).isEqualTo(13);
    assertThat(MicroBatches.count(step, 8, 5)).isEqualTo(3);
  }

  @Property(tries = 200)
  void everySplitHasTheSameRowsInTheSameOrder(
      @ForAll("steps") List<TokenizedExample> step,
      @ForAll @IntRange(min = 1, max = 9) int sequences,
      @ForAll @IntRange(min = 1, max = 60) int budget) {
    PackedBatch whole = PackedBatch.pack(step);

    MicroBatches micro = MicroBatches.of(step, sequences, budget);

    assertThat(micro.batches().stream().flatMapToInt(b -> IntStream.of(b.ids())).toArray())
        .isEqualTo(whole.ids());
    assertThat(micro.batches().stream().flatMapToInt(b -> IntStream.of(b.targets())).toArray())
        .isEqualTo(whole.targets());
    assertThat(micro.supervisedTokens()).isEqualTo(whole.supervisedTokens());
    assertThat(micro.sequences()).isEqualTo(step.size());
    assertThat(micro.batches())
        .allSatisfy(
            batch -> {
              assertThat(batch.sequences()).isBetween(1, sequences);
              assertThat(batch.sequences() == 1 || batch.tokens() <= budget).isTrue();
            });
  }

  @Provide
  Arbitrary<List<TokenizedExample>> steps() {
    return Examples.any().list().ofMinSize(1).ofMaxSize(9);
  }
}
