package org.cofitune.evaluate.score;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.cofitune.evaluate.statistics.Bootstrap;

/**
 * A number and what it would have been with other items: draw i of every number of an evaluation
 * belongs together, so that numbers are combined draw by draw.
 *
 * @param score the number itself
 * @param draws its bootstrap replicates
 */
@SuppressWarnings("ArrayRecordComponent")
record Resampled(double score, double[] draws) {
  /** The mean of several numbers. */
  static Resampled mean(List<Resampled> parts) {
    double[] draws = new double[parts.get(0).draws.length];
    double score = 0;
    for (Resampled part : parts) {
      score += part.score / parts.size();
      for (int i = 0; i < draws.length; i++) {
        draws[i] += part.draws[i] / parts.size();
      }
    }
    return new Resampled(score, draws);
  }

  /** A function of this number and another one. */
  Resampled with(Resampled other, DoubleBinaryOperator function) {
    double[] combined = new double[draws.length];
    Arrays.setAll(combined, i -> function.applyAsDouble(draws[i], other.draws[i]));
    return new Resampled(function.applyAsDouble(score, other.score), combined);
  }

  /** The number with the percentile interval of its draws. */
  Measure measure() {
    return new Measure(score, Bootstrap.interval(draws));
  }
}
