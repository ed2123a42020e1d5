package org.cofitune.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class BootstrapTest {
  /** The normal interval 0.3 +- 1.96 * sqrt(0.3 * 0.7 / 400) is what the bootstrap tends to. */
  @Test
  void theIntervalOfAnAccuracyIsThatOfTheNormalLimit() {
    Interval interval =
        Bootstrap.interval(Bootstrap.replicates(answers(400, 120), BootstrapTest::mean, 1));

    assertThat(interval.low()).isCloseTo(0.2551, within(0.005));
    assertThat(interval.high()).isCloseTo(0.3449, within(0.005));
  }

  @Test
  void theSameSeedGivesTheSameReplicates() {
    assertThat(Bootstrap.replicates(answers(40, 12), BootstrapTest::mean, 7))
        .isEqualTo(Bootstrap.replicates(answers(40, 12), BootstrapTest::mean, 7))
        .isNotEqualTo(Bootstrap.replicates(answers(40, 12), BootstrapTest::mean, 8));
  }

  @Test
  void equalItemsLeaveNoDoubt() {
    assertThat(Bootstrap.interval(Bootstrap.replicates(answers(9, 9), BootstrapTest::mean, 1)))
        .isEqualTo(new Interval(1, 1));
  }

  @Test
  void aScoreOfSumsIsResampledAsAWhole() {
    double[][] items = {{-8, 2}, {-4, 4}};

    double[] perplexities = Bootstrap.replicates(items, s -> Math.exp(-s[0] / s[1]), 3);

    assertThat(perplexities).containsOnly(Math.exp(4), Math.exp(2), Math.exp(1));
  }

  static double mean(double[] sums) {
    return sums[0] / sums[1];
  }

  static double[][] answers(int items, int right) {
    double[][] statistics = new double[items][];
    for (int i = 0; i < items; i++) {
      statistics[i] = new double[] {i < right ? 1 : 0, 1};
    }
    return statistics;
  }
}
