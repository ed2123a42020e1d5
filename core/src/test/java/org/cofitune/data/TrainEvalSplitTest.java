package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainEvalSplitTest {

  @Test
  void aFractionIsRoundedUpAndACountIsACount() {
    assertThat(TrainEvalSplit.of(15, 0.1, 1).eval()).hasSize(2);
    assertThat(TrainEvalSplit.of(15, 1, 1).eval()).hasSize(1);
    assertThat(TrainEvalSplit.of(15, 0, 1).eval()).isEmpty();
  }

  @Test
  void theSeedDecidesWhichRowsAreHeldOut() {
    assertThat(TrainEvalSplit.of(1000, 10, 1).eval())
        .isEqualTo(TrainEvalSplit.of(1000, 10, 1).eval())
        .isNotEqualTo(TrainEvalSplit.of(1000, 10, 2).eval());
  }

  @Test
  void rowsKeepTheirOrder() {
    List<Integer> rows = IntStream.range(0, 20).boxed().toList();
    TrainEvalSplit split = TrainEvalSplit.of(20, 0.25, 3);

    assertThat(split.trainOf(rows)).hasSize(15).isSorted();
    assertThat(split.evalOf(rows)).hasSize(5).isSorted();
  }

  @Property(tries = 200)
  void everyRowIsInExactlyOnePart(
      @ForAll @IntRange(min = 2, max = 200) int rows,
      @ForAll @DoubleRange(min = 0, max = 0.5) double fraction,
      @ForAll long seed) {
    TrainEvalSplit split = TrainEvalSplit.of(rows, fraction, seed);

    assertThat(IntStream.concat(IntStream.of(split.train()), IntStream.of(split.eval())).sorted())
        .containsExactlyElementsOf(IntStream.range(0, rows).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.5, Double.NaN, Double.POSITIVE_INFINITY, 10, 11, 0.99})
  void sizesThatMakeNoSenseOrLeaveNothingAreRefused(double valSize) {
    assertThatThrownBy(() -> TrainEvalSplit.of(10, valSize, 1))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("val_size");
  }
}
