package org.cofitune.evaluate.statistics;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * The bootstrap over items (Efron 1979): what a score would have been, had other items of the same
 * kind been drawn. The same seed gives the same numbers on every machine.
 */
public final class Bootstrap {
  /** Enough for the ends of an interval to be stable to a few hundredths of its width. */
  public static final int RESAMPLES = 10_000;

  private static final double ALPHA = 0.05;

  private Bootstrap() {}

  /**
   * Scores of resampled items.
   *
   * @param items statistics of each item, [items][width]; they add up to what {@code score} takes
   * @param score the score of summed statistics
   * @return [{@link #RESAMPLES}] scores, in the order drawn
   */
  public static double[] replicates(double[][] items, ToDoubleFunction<double[]> score, long seed) {
    UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
    double[] scores = new double[RESAMPLES];
    double[] sums = new double[items[0].length];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.fill(sums, 0);
      for (int drawn = 0; drawn < items.length; drawn++) {
        add(sums, items[random.nextInt(items.length)]);
      }
      scores[i] = score.applyAsDouble(sums);
    }
    return scores;
  }

  /** The percentile interval of replicates: their 2.5 % and 97.5 % quantiles. */
  public static Interval interval(double[] replicates) {
    double[] ends =
        Quantile.withDefaults()
            .with(Quantile.EstimationMethod.HF7)
            .withCopy(true)
            .evaluate(replicates, ALPHA / 2, 1 - ALPHA / 2);
    return new Interval(ends[0], ends[1]);
  }

  /** The sums of the statistics of all items. */
  public static double[] sum(double[][] items) {
    double[] sums = new double[items[0].length];
    for (double[] item : items) {
      add(sums, item);
    }
    return sums;
  }

  static void add(double[] sums, double[] item) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += item[i];
    }
  }
}
