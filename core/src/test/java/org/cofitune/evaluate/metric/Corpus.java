package org.cofitune.evaluate.metric;

import java.util.List;

/** Values of a metric over a few outcomes. */
final class Corpus {
  private Corpus() {}

  @SafeVarargs
  static <O extends Outcome> double value(Metric<O> metric, O... outcomes) {
    double[] sums = null;
    for (O outcome : outcomes) {
      double[] statistics = metric.statistics(outcome);
      sums = sums == null ? new double[statistics.length] : sums;
      for (int i = 0; i < sums.length; i++) {
        sums[i] += statistics[i];
      }
    }
    return metric.value(sums);
  }

  static AnswerOutcome answer(String answer, String... references) {
    return new AnswerOutcome(answer, List.of(references));
  }
}
