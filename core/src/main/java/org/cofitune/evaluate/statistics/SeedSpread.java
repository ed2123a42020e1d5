package org.cofitune.evaluate.statistics;

import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One number measured under several seeds.
 *
 * @param mean the mean over seeds
 * @param standardDeviation the spread over seeds, with n-1
 * @param interval 95 % of the mean, by Student's t
 * @param seeds how many seeds
 */
public record SeedSpread(double mean, double standardDeviation, Interval interval, int seeds) {
  /** The spread of two values or more. */
  public static SeedSpread of(double... values) {
    if (values.length < 2) {
      throw new IllegalArgumentException(values.length + " seeds");
    }
    double mean = Mean.of(values).getAsDouble();
    double deviation = StandardDeviation.of(values).getAsDouble();
    double t = TDistribution.of(values.length - 1).inverseCumulativeProbability(0.975);
    double half = t * deviation / Math.sqrt(values.length);
    return new SeedSpread(mean, deviation, new Interval(mean - half, mean + half), values.length);
  }
}
