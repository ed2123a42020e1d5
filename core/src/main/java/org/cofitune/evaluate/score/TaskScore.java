package org.cofitune.evaluate.score;

import java.util.List;
import org.cofitune.evaluate.metric.Metric;
import org.cofitune.evaluate.metric.MetricCatalog;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.statistics.Bootstrap;
import org.cofitune.evaluate.task.TaskGroup;

/**
 * A task of a score card.
 *
 * @param task its name
 * @param alias its name in tables
 * @param group what it measures
 * @param outputType what it asks
 * @param numFewshot solved examples in front of every question
 * @param fingerprint which questions were asked
 * @param items how many were answered
 * @param skipped rows that were left out
 * @param cached items that an earlier evaluation had answered
 * @param metrics the primary metric first
 * @param statistics what every item contributed to the primary metric
 */
public record TaskScore(
    String task,
    String alias,
    TaskGroup group,
    OutputType outputType,
    int numFewshot,
    String fingerprint,
    int items,
    int skipped,
    int cached,
    List<MetricScore> metrics,
    ItemStatistics statistics) {
  private static final long SEED = 1234;

  public TaskScore {
    metrics = List.copyOf(metrics);
  }

  /** The metric that counts for the model. */
  public MetricScore primary() {
    return metrics.get(0);
  }

  /** The primary metric's score with its draws; the same items give draws that belong together. */
  Resampled resampled() {
    Metric<?> metric = metric();
    return new Resampled(
        primary().score(),
        Bootstrap.replicates(
            statistics.items(), sums -> metric.scale().score(metric.value(sums)), seed(task)));
  }

  /** The primary metric itself. */
  Metric<?> metric() {
    return MetricCatalog.create(outputType, primary().metric(), primary().options(), task);
  }

  /** Tasks of equal size must not draw the same items. */
  static long seed(String task) {
    return SEED + task.hashCode();
  }
}
