package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ImportanceVectorsTest {
  @Test
  void importanceIsTheTanhOfTheDistanceFromTheLayersMeanInStandardDeviations() {
    // mean 3, standard deviation with n - 1: sqrt((4 + 1 + 0 + 1 + 4) / 4)
    double deviation = Math.sqrt(2.5);
    assertThat(heads(1, 2, 3, 4, 5))
        .containsExactly(
            new double[] {
              Math.tanh(2 / deviation),
              Math.tanh(1 / deviation),
              0,
              Math.tanh(1 / deviation),
              Math.tanh(2 / deviation)
            },
            within(1e-15));
  }

  @Test
  void everyLayerIsComparedWithItselfOnly() {
    UnitImportance importance =
        new ImportanceVectors(values(new double[][] {{1, 2, 3}, {1000, 2000, 3000}})).normalised();
    assertThat(importance.heads(1)).containsExactly(importance.heads(0), within(1e-15));
  }

  @Test
  void aConstantLayerHasImportanceZero() {
    double third = 1.0 / 3; // its mean over seven is not exact
    assertThat(heads(third, third, third, third, third, third, third)).containsOnly(0);
    assertThat(heads(0, 0)).containsOnly(0);
    assertThat(heads(5)).containsOnly(0);
  }

  @Test
  void differencesTooSmallToBeSquaredAreNone() {
    assertThat(heads(1e-200, 2e-200, 0)).containsOnly(0);
  }

  @Property
  boolean importanceIsAlwaysBetweenZeroAndOne(
      @ForAll @Size(min = 1, max = 40) List<@DoubleRange(min = -1e12, max = 1e12) Double> raw) {
    return Arrays.stream(heads(raw.stream().mapToDouble(Double::doubleValue).toArray()))
        .allMatch(x -> x >= 0 && x <= 1);
  }

  @Property
  void theFactorOfTheLossDoesNotMatter(
      @ForAll @Size(min = 2, max = 10) List<@DoubleRange(min = -1, max = 1) Double> raw,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double factor) {
    double[] plain = raw.stream().mapToDouble(Double::doubleValue).toArray();
    double[] scaled = Arrays.stream(plain).map(x -> x * factor).toArray();
    double spread =
        Arrays.stream(plain).max().orElseThrow() - Arrays.stream(plain).min().orElseThrow();
    if (spread > 1e-3) {
      assertThat(heads(scaled)).containsExactly(heads(plain), within(1e-9));
    }
  }

  @Test
  void aUnitMattersAsMuchAsToTheCorpusThatItMattersMostTo() {
    UnitImportance one = new UnitImportance(values(new double[][] {{0.1, 0.9}, {0.5, 0.5}}));
    UnitImportance other = new UnitImportance(values(new double[][] {{0.3, 0.2}, {0.4, 0.6}}));
    UnitImportance both = UnitImportance.maximum(List.of(one, other));
    assertThat(both.heads(0)).containsExactly(0.3, 0.9);
    assertThat(both.heads(1)).containsExactly(0.5, 0.6);
  }

  @Test
  void importancesOfModelsOfDifferentShapesDoNotCombine() {
    UnitImportance two = new UnitImportance(values(new double[][] {{0, 1}}));
    UnitImportance three = new UnitImportance(values(new double[][] {{0, 1, 0}}));
    assertThatThrownBy(() -> UnitImportance.maximum(List.of(two, three)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double[] heads(double... raw) {
    return new ImportanceVectors(values(new double[][] {raw})).normalised().heads(0);
  }

  /** The same for every kind of unit. */
  private static UnitValues values(double[][] units) {
    return new UnitValues(
        Map.of(UnitKind.HEAD, units, UnitKind.INTERMEDIATE, units, UnitKind.OUTPUT, units));
  }
}
