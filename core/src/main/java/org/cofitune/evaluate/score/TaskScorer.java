package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.evaluate.metric.Metric;
import org.cofitune.evaluate.metric.Outcome;
import org.cofitune.evaluate.statistics.Bootstrap;
import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.evaluate.task.FilterPipeline;
import org.cofitune.evaluate.task.Outcomes;
import org.cofitune.evaluate.task.TaskMetric;
import org.cofitune.evaluate.task.TaskSpec;

/** Computes every metric of a task, under every filter. */
final class TaskScorer {
  private TaskScorer() {}

  static TaskScore score(TaskResult result) {
    TaskSpec spec = result.task().spec();
    List<MetricScore> scores = new ArrayList<>();
    double[][] primary = {};
    for (FilterPipeline filter : spec.filters()) {
      List<Outcome> outcomes = outcomes(result, filter);
      for (TaskMetric metric : spec.metrics()) {
        double[][] items = statistics(metric.metric(), outcomes);
        MetricScore score = score(spec.name(), metric, filter, items);
        if (metric.name().equals(spec.primaryMetric()) && primary.length == 0) {
          primary = items;
          scores.add(0, score);
        } else {
          scores.add(score);
        }
      }
    }
    List<Integer> docIds = result.items().stream().map(item -> item.item().docId()).toList();
    return new TaskScore(
        spec.name(),
        spec.alias(),
        spec.group(),
        spec.outputType(),
        spec.fewShot().count(),
        result.task().fingerprint().sha256(),
        result.items().size(),
        result.skipped().size(),
        result.cached(),
        scores,
        ItemStatistics.of(docIds, primary));
  }

  static List<Outcome> outcomes(TaskResult result, FilterPipeline filter) {
    return result.items().stream()
        .map(
            item ->
                Outcomes.of(
                    result.task().spec().outputType(), item.item(), item.responses(), filter))
        .toList();
  }

  private static double[][] statistics(Metric<?> metric, List<Outcome> outcomes) {
    return outcomes.stream().map(metric::statisticsOf).toArray(double[][]::new);
  }

  private static MetricScore score(
      String task, TaskMetric taskMetric, FilterPipeline filter, double[][] items) {
    Metric<?> metric = taskMetric.metric();
    double value = metric.value(Bootstrap.sum(items));
    Interval interval =
        Bootstrap.interval(
            Bootstrap.replicates(
                items, sums -> metric.scale().score(metric.value(sums)), TaskScore.seed(task)));
    return new MetricScore(
        metric.name(),
        filter.name(),
        taskMetric.options(),
        metric.scale().higherIsBetter(),
        value,
        metric.scale().score(value),
        interval);
  }
}
