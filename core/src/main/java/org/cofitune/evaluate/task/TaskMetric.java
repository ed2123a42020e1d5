package org.cofitune.evaluate.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cofitune.evaluate.metric.Metric;

/**
 * A metric of a task.
 *
 * @param metric what is computed
 * @param options its options as the task file has them, so that a score card can state them
 */
public record TaskMetric(Metric<?> metric, Map<String, Object> options) {
  public TaskMetric {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** The metric's name. */
  public String name() {
    return metric.name();
  }
}
