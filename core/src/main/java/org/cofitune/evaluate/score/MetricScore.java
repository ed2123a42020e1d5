package org.cofitune.evaluate.score;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cofitune.evaluate.statistics.Interval;

/**
 * One metric of a task.
 *
 * @param metric its name
 * @param filter the filter that cut out the answers; {@code none} for none
 * @param options the metric's options, such as how answers are normalised
 * @param higherIsBetter whether a higher {@code value} is better
 * @param value the metric in its own unit, as lm-evaluation-harness reports it
 * @param score the same in 0..100, higher is better
 * @param interval 95 % of the score, by the bootstrap over items
 */
public record MetricScore(
    String metric,
    String filter,
    Map<String, Object> options,
    boolean higherIsBetter,
    double value,
    double score,
    Interval interval) {
  public MetricScore {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }
}
