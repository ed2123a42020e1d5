package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class DataOrderTest {

  /** Fixed numbers: an order that changes between versions would break every resumed run. */
  @Test
  void orderOfASeedNeverChanges() {
    DataOrder order = new DataOrder(10, 10, 42, true);

    assertThat(order.stepIndices(0)).containsExactly(8, 1, 9, 2, 6, 0, 4, 5, 3, 7);
    assertThat(order.stepIndices(1)).containsExactly(6, 9, 3, 4, 8, 7, 2, 0, 1, 5);
  }

  @Test
  void unshuffledRowsComeInFileOrderEveryEpoch() {
    DataOrder order = new DataOrder(5, 2, 1, false);

    assertThat(order.stepIndices(0)).containsExactly(0, 1);
    assertThat(order.stepIndices(2)).containsExactly(4);
    assertThat(order.stepIndices(3)).containsExactly(0, 1);
  }

  @Test
  void fractionsOfEpochsAreRoundedUpToSteps() {
    DataOrder order = new DataOrder(10, 4, 1, true);

    assertThat(order.stepsPerEpoch()).isEqualTo(3);
    assertThat(order.totalSteps(2)).isEqualTo(6);
    assertThat(order.totalSteps(0.5)).isEqualTo(2);
    assertThat(order.rowsBefore(4)).isEqualTo(14);
    assertThat(order.epochAt(4)).isEqualTo(1.4);
  }

  @Test
  void noRowsAreRefused() {
    assertThatThrownBy(() -> new DataOrder(0, 1, 1, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 200)
  void everyEpochVisitsEveryRowOnce(
      @ForAll @IntRange(min = 1, max = 50) int examples,
      @ForAll @IntRange(min = 1, max = 60) int perStep,
      @ForAll long seed,
      @ForAll @IntRange(max = 1000) int epoch,
      @ForAll boolean shuffle) {
    DataOrder order = new DataOrder(examples, perStep, seed, shuffle);
    long first = (long) epoch * order.stepsPerEpoch();

    int[] visited =
        LongStream.range(first, first + order.stepsPerEpoch())
            .mapToObj(order::stepIndices)
            .flatMapToInt(IntStream::of)
            .sorted()
            .toArray();

    assertThat(visited).isEqualTo(IntStream.range(0, examples).toArray());
  }

  @Property(tries = 100)
  void aStepNeedsOnlyItsNumber(
      @ForAll @IntRange(min = 1, max = 40) int examples,
      @ForAll @IntRange(min = 1, max = 7) int perStep,
      @ForAll long seed,
      @ForAll @IntRange(max = 500) int step) {
    DataOrder uninterrupted = new DataOrder(examples, perStep, seed, true);
    for (int before = 0; before < step; before++) {
      uninterrupted.stepIndices(before);
    }

    assertThat(new DataOrder(examples, perStep, seed, true).stepIndices(step))
        .isEqualTo(uninterrupted.stepIndices(step));
  }

  @Test
  void epochsAndSeedsAreShuffledDifferently() {
    DataOrder order = new DataOrder(1000, 1000, 1, true);

    assertThat(order.stepIndices(0)).isNotEqualTo(order.stepIndices(1));
    assertThat(order.stepIndices(0))
        .isNotEqualTo(new DataOrder(1000, 1000, 2, true).stepIndices(0));
  }

  @Test
  void everyPlaceIsEquallyLikely() {
    int[] firstPlace = new int[7];
    int draws = 7000;
    for (int epoch = 0; epoch < draws; epoch++) {
      firstPlace[Permutation.of(7, 3, epoch)[0]]++;
    }

    // Binomial(7000, 1/7): mean 1000, standard deviation 29; the bound is five of them.
    assertThat(IntStream.of(firstPlace).boxed()).allMatch(count -> Math.abs(count - 1000) < 146);
  }
}
