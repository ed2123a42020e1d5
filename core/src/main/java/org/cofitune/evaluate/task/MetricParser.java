package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.Metric;
import org.cofitune.evaluate.metric.MetricCatalog;
import org.cofitune.evaluate.metric.OutputType;

/** Reads {@code metric_list}. */
final class MetricParser {
  private static final Set<String> NOT_OPTIONS =
      Set.of("metric", "aggregation", "higher_is_better", "hf_evaluate");

  private MetricParser() {}

  static List<TaskMetric> parse(TaskKeys task, OutputType type) {
    List<TaskMetric> metrics = new ArrayList<>();
    for (TaskKeys keys : task.mappings("metric_list")) {
      TaskMetric metric = metric(keys, type);
      if (metrics.stream().anyMatch(other -> other.name().equals(metric.name()))) {
        throw CofituneException.of(ErrorKind.RECIPE, "metric " + metric.name() + " is there twice")
            .at(keys.place("metric"))
            .build();
      }
      metrics.add(metric);
    }
    if (metrics.isEmpty()) {
      for (String name : type.defaultMetrics()) {
        metrics.add(
            new TaskMetric(MetricCatalog.create(type, name, Map.of(), task.place()), Map.of()));
      }
    }
    return metrics;
  }

  private static TaskMetric metric(TaskKeys keys, OutputType type) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (String name : keys.names()) {
      JsonNode value = keys.value(name);
      if (!NOT_OPTIONS.contains(name) && value != null) {
        options.put(name, TaskKeys.plain(value));
      }
    }
    Metric<?> metric =
        MetricCatalog.create(type, keys.required("metric"), options, keys.place("metric"));
    String aggregation = keys.text("aggregation", metric.aggregation());
    boolean mean = aggregation.equals("nanmean") && metric.aggregation().equals("mean");
    if (!aggregation.equals(metric.aggregation()) && !mean) {
      throw contradiction(keys, metric, "aggregation", metric.aggregation(), aggregation);
    }
    boolean higher = metric.scale().higherIsBetter();
    if (keys.has("higher_is_better") && keys.flag("higher_is_better") != higher) {
      throw contradiction(keys, metric, "higher_is_better", higher, !higher);
    }
    return new TaskMetric(metric, options);
  }

  private static CofituneException contradiction(
      TaskKeys keys, Metric<?> metric, String key, Object expected, Object found) {
    return CofituneException.of(ErrorKind.RECIPE, key + " of " + metric.name())
        .at(keys.place(key))
        .expected(expected)
        .found(found)
        .next("remove the line")
        .build();
  }
}
