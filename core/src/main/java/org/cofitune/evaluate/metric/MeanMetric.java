package org.cofitune.evaluate.metric;

import java.util.function.ToDoubleFunction;

/**
 * The mean over items of a number in 0..1.
 *
 * @param of the number of one item
 */
record MeanMetric<O extends Outcome>(String name, Class<O> outcomeType, ToDoubleFunction<O> of)
    implements Metric<O> {

  @Override
  public Scale scale() {
    return Scale.FRACTION;
  }

  @Override
  public String aggregation() {
    return "mean";
  }

  @Override
  public double[] statistics(O outcome) {
    return new double[] {of.applyAsDouble(outcome), 1};
  }

  @Override
  public double value(double[] sums) {
    return sums[0] / sums[1];
  }
}
