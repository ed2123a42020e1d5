package org.cofitune.quickstart;

import java.util.Locale;

/** The trainings that a quickstart puts beside each other, in the order in which it runs them. */
public enum Rival {
  /** A region that a search finds, trained with the soft mask. */
  COFITUNE("CoFiTune", Rate.COMMON),
  /** Every number of the model, at the same learning rate. */
  FULL("full fine-tuning", Rate.COMMON),
  /** Every number of the model, at a rate that suits it: the rate decides, too. */
  GENTLE("full, lower rate", Rate.LOWER);

  /** Learning rates, as a recipe has them; results/quickstart compares others. */
  private static final class Rate {
    static final String COMMON = "5.0e-4";
    static final String LOWER = "1.0e-4";
  }

  private final String text;
  private final String learningRate;

  Rival(String text, String learningRate) {
    this.text = text;
    this.learningRate = learningRate;
  }

  /** For people. */
  public String text() {
    return text;
  }

  String learningRate() {
    return learningRate;
  }

  /** The name of its recipe and of its run's folder. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
