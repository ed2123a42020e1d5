package org.cofitune.benchmarks.results;

import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.evaluate.statistics.SeedSpread;

/**
 * The difference of two methods that were trained with the same seeds.
 *
 * @param mean over seeds
 * @param interval 95 % of it, by Student's t over the paired differences
 */
record SeedDifference(double mean, Interval interval) {
  /** One seed alone says nothing about others: its interval is everything. */
  static SeedDifference of(double... differences) {
    if (differences.length == 1) {
      return new SeedDifference(
          differences[0], new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    }
    SeedSpread spread = SeedSpread.of(differences);
    return new SeedDifference(spread.mean(), spread.interval());
  }

  /** Whether the interval leaves out zero. */
  boolean isSignal() {
    return !interval.contains(0);
  }

  boolean isMore() {
    return interval.low() > 0;
  }

  boolean isLess() {
    return interval.high() < 0;
  }

  /** Whether there are enough seeds for an interval. */
  boolean hasInterval() {
    return Double.isFinite(interval.low());
  }

  /** More or less beyond the interval, or noise. */
  String verdict() {
    if (!hasInterval()) {
      return "one seed";
    }
    return isMore() ? "more: signal" : isLess() ? "less: signal" : "noise";
  }
}
