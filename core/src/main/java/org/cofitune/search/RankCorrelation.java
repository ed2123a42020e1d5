package org.cofitune.search;

import java.util.Arrays;
import java.util.OptionalDouble;

/** Spearman's rank correlation, with mean ranks for ties. */
final class RankCorrelation {
  private static final int FEWEST = 3;

  private RankCorrelation() {}

  /** The correlation from -1 to 1; empty for fewer than three pairs or a constant side. */
  static OptionalDouble spearman(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " and " + b.length + " values");
    }
    if (a.length < FEWEST) {
      return OptionalDouble.empty();
    }
    double[] x = ranks(a);
    double[] y = ranks(b);
    double mean = (a.length + 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx == 0 || yy == 0 ? OptionalDouble.empty() : OptionalDouble.of(xy / Math.sqrt(xx * yy));
  }

  private static double[] ranks(double[] values) {
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      long below = Arrays.stream(values).filter(v -> v < value).count();
      long equal = Arrays.stream(values).filter(v -> v == value).count();
      ranks[i] = below + (equal + 1) / 2.0;
    }
    return ranks;
  }
}
