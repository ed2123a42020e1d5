package org.cofitune.evaluate.metric;

/**
 * One number for a task, from statistics that add up over its items.
 *
 * <p>An item contributes a short vector; the metric is a function of the sum of these vectors. A
 * mean is (value, 1) summed and divided; BLEU sums counts of n-grams. Because the vectors add up,
 * resampling items (bootstrap, permutation) never looks at a text twice.
 *
 * @param <O> the kind of outcome that the metric reads
 */
public interface Metric<O extends Outcome> {
  /** The name in task files and score cards, that of lm-evaluation-harness where it has one. */
  String name();

  /** The kind of outcome that the metric reads. */
  Class<O> outcomeType();

  /** The unit of {@link #value}, which says how it becomes a score. */
  Scale scale();

  /** lm-evaluation-harness's name for how {@link #value} comes from the items. */
  String aggregation();

  /** What one item contributes; every item's vector has the same length. */
  double[] statistics(O outcome);

  /** The metric, in its own unit, of items whose statistics sum to {@code sums}. */
  double value(double[] sums);

  /**
   * {@link #statistics} of an outcome of any kind.
   *
   * @throws ClassCastException where the outcome is not of {@link #outcomeType}
   */
  default double[] statisticsOf(Outcome outcome) {
    return statistics(outcomeType().cast(outcome));
  }
}
