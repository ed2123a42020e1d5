package org.cofitune.evaluate.statistics;

/** A 95 % interval, ends included. */
public record Interval(double low, double high) {
  public Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException("low " + low + ", high " + high);
    }
  }

  /** Whether a value lies in the interval. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
