package org.cofitune.benchmarks.results;

import java.math.BigDecimal;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.cofitune.evaluate.score.Measure;

/** Numbers as people read them, those of one comparison with as many decimals. */
record NumberText(int decimals) {
  private static final double PERCENT = 100;
  private static final int OF_LARGE_SCORES = 2;
  private static final int OF_SMALL_SCORES = 3;

  /** As many decimals as the base's versatility asks for. */
  static NumberText of(KeptComparison comparison) {
    double size = comparison.base().versatility().score();
    return new NumberText(size < 1 ? OF_SMALL_SCORES : OF_LARGE_SCORES);
  }

  String number(double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  String measure(Measure value) {
    return "%s [%s, %s]"
        .formatted(
            number(value.score()), number(value.interval().low()), number(value.interval().high()));
  }

  /** With its interval, where there is one. */
  String difference(SeedDifference value) {
    if (!value.hasInterval()) {
      return signed(value.mean());
    }
    return "%s [%s, %s]"
        .formatted(
            signed(value.mean()), signed(value.interval().low()), signed(value.interval().high()));
  }

  /** With its sign. */
  String signed(double value) {
    return String.format(Locale.ROOT, "%+." + decimals + "f", value);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
  }

  static String percent(Measure share) {
    return String.format(
        Locale.ROOT,
        "%.1f [%.1f, %.1f]",
        PERCENT * share.score(),
        PERCENT * share.interval().low(),
        PERCENT * share.interval().high());
  }

  static String rate(double rate) {
    return BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
  }

  static String range(DoubleSummaryStatistics values) {
    String low = rate(values.getMin());
    String high = rate(values.getMax());
    return low.equals(high) ? low : low + "-" + high;
  }

  /** Names in a row: {@code a, b and c}. */
  static String list(List<String> names) {
    if (names.size() < 2) {
      return String.join("", names);
    }
    int last = names.size() - 1;
    return String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }
}
