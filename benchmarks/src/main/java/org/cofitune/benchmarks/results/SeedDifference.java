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
  static SeedDifference of(double... differences) {
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

  String word() {
    return isSignal() ? "signal" : "noise";
  }
}
