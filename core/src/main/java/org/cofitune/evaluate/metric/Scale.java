package org.cofitune.evaluate.metric;

/** The unit of a metric, and how it becomes a score in 0..100 that is better the higher it is. */
public enum Scale {
  /** 0..1, such as an accuracy. */
  FRACTION(true) {
    @Override
    public double score(double value) {
      return 100 * value;
    }
  },
  /** 0..100 already, such as BLEU. */
  PERCENT(true) {
    @Override
    public double score(double value) {
      return value;
    }
  },
  /** {@code exp(nll / unit)}; the score is {@code 100 * exp(-nll / unit)} (METHOD.md section 6). */
  PERPLEXITY(false) {
    @Override
    public double score(double value) {
      return 100 / value;
    }
  },
  /** Nats per unit, {@code nll / unit}; the score is {@code 100 * exp(-nats)}. */
  NATS(false) {
    @Override
    public double score(double value) {
      return 100 * Math.exp(-value);
    }
  },
  /** Bits per unit; the score is {@code 100 * 2^-bits}, that of the perplexity of the same unit. */
  BITS(false) {
    @Override
    public double score(double value) {
      return 100 * Math.pow(2, -value);
    }
  };

  private final boolean higherIsBetter;

  Scale(boolean higherIsBetter) {
    this.higherIsBetter = higherIsBetter;
  }

  /** Whether a higher value of the metric, before it becomes a score, is better. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** The score in 0..100, monotone in the value. */
  public abstract double score(double value);
}
