package org.cofitune.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class PairedDifferenceTest {
  /** scipy: binomtest(59, 180, 0.5) and binomtest(1, 8, 0.5). */
  @Test
  void mcNemarsTestIsTheBinomialTestOfTheDiscordantItems() {
    assertThat(McNemar.pValue(59, 121)).isCloseTo(4.4344492637551645e-6, within(1e-12));
    assertThat(McNemar.pValue(7, 1)).isCloseTo(0.0703125, within(1e-12));
    assertThat(McNemar.pValue(0, 0)).isEqualTo(1);
  }

  @Test
  void accuraciesAreComparedByMcNemar() {
    PairedDifference difference =
        PairedDifference.of(
            BootstrapTest.answers(20, 5), BootstrapTest.answers(20, 13), BootstrapTest::mean, 1);

    assertThat(difference.difference()).isCloseTo(0.4, within(1e-12));
    assertThat(difference.test()).isEqualTo("McNemar exact");
    assertThat(difference.pValue()).isCloseTo(2 * Math.pow(0.5, 8), within(1e-12));
    assertThat(difference.interval().low()).isPositive();
  }

  /** Ten differences of the same sign: only 2 of the 2^10 permutations are as extreme. */
  @Test
  void otherScoresAreComparedByPermutation() {
    double[][] first = new double[10][];
    double[][] second = new double[10][];
    for (int i = 0; i < 10; i++) {
      first[i] = new double[] {0.1 * i, 1};
      second[i] = new double[] {0.1 * i + 0.05, 1};
    }

    PairedDifference difference = PairedDifference.of(first, second, BootstrapTest::mean, 1);

    assertThat(difference.test()).isEqualTo("paired permutation");
    assertThat(difference.pValue()).isCloseTo(2 / 1024.0, within(0.0015));
    assertThat(difference.interval().low()).isCloseTo(0.05, within(1e-9));
  }

  @Test
  void aModelDoesNotDifferFromItself() {
    double[][] items = {{0.2, 1}, {0.9, 1}, {0.4, 1}};

    PairedDifference difference = PairedDifference.of(items, items, BootstrapTest::mean, 1);

    assertThat(difference.pValue()).isEqualTo(1);
    assertThat(difference.interval()).isEqualTo(new Interval(0, 0));
  }

  /** scipy: t.interval(0.95, 3, mean, sem). */
  @Test
  void seedsSpreadByStudentsT() {
    SeedSpread spread = SeedSpread.of(61.2, 63.0, 60.1, 62.4);

    assertThat(spread.mean()).isCloseTo(61.675, within(1e-9));
    assertThat(spread.standardDeviation()).isCloseTo(1.2893796958227615, within(1e-9));
    assertThat(spread.interval().low()).isCloseTo(59.62330917546051, within(1e-6));
    assertThat(spread.interval().high()).isCloseTo(63.726690824539496, within(1e-6));
  }
}
