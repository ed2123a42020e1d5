package org.cofitune.evaluate.statistics;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * How much better one model is than another on the same items.
 *
 * @param difference score of the second model minus that of the first
 * @param interval 95 % of the difference, by the paired bootstrap (Koehn 2004)
 * @param pValue how likely so large a difference, of either sign, is between equal models: by
 *     McNemar's exact test where every item is right or wrong, else by the paired permutation test
 *     (approximate randomisation, Noreen 1989)
 * @param test the name of that test
 */
public record PairedDifference(double difference, Interval interval, double pValue, String test) {
  private static final double ROUNDING = 1e-9;

  /**
   * Compares two models.
   *
   * @param first statistics of each item under the first model, [items][width]
   * @param second the same items under the second model
   * @param score the score of summed statistics
   */
  public static PairedDifference of(
      double[][] first, double[][] second, ToDoubleFunction<double[]> score, long seed) {
    if (first.length != second.length || first.length == 0) {
      throw new IllegalArgumentException(first.length + " and " + second.length + " items");
    }
    double difference =
        score.applyAsDouble(Bootstrap.sum(second)) - score.applyAsDouble(Bootstrap.sum(first));
    Interval interval = Bootstrap.interval(replicates(first, second, score, seed));
    if (McNemar.applies(first) && McNemar.applies(second)) {
      return new PairedDifference(
          difference, interval, McNemar.pValue(first, second), "McNemar exact");
    }
    double pValue = permutationPValue(first, second, score, difference, seed);
    return new PairedDifference(difference, interval, pValue, "paired permutation");
  }

  private static double[] replicates(
      double[][] first, double[][] second, ToDoubleFunction<double[]> score, long seed) {
    int width = first[0].length;
    double[][] both = new double[first.length][];
    for (int i = 0; i < both.length; i++) {
      both[i] = Arrays.copyOf(first[i], 2 * width);
      System.arraycopy(second[i], 0, both[i], width, width);
    }
    return Bootstrap.replicates(
        both,
        sums ->
            score.applyAsDouble(Arrays.copyOfRange(sums, width, 2 * width))
                - score.applyAsDouble(Arrays.copyOf(sums, width)),
        seed);
  }

  /** Swaps the two models' results of an item with probability one half, many times over. */
  private static double permutationPValue(
      double[][] first,
      double[][] second,
      ToDoubleFunction<double[]> score,
      double difference,
      long seed) {
    UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
    int asLarge = 0;
    double[] a = new double[first[0].length];
    double[] b = new double[a.length];
    for (int i = 0; i < Bootstrap.RESAMPLES; i++) {
      Arrays.fill(a, 0);
      Arrays.fill(b, 0);
      for (int item = 0; item < first.length; item++) {
        boolean swap = random.nextBoolean();
        Bootstrap.add(a, swap ? second[item] : first[item]);
        Bootstrap.add(b, swap ? first[item] : second[item]);
      }
      double permuted = Math.abs(score.applyAsDouble(b) - score.applyAsDouble(a));
      if (permuted >= Math.abs(difference) - ROUNDING) {
        asLarge++;
      }
    }
    return (asLarge + 1.0) / (Bootstrap.RESAMPLES + 1.0);
  }
}
