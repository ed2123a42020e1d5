package org.cofitune.quickstart;

import java.util.Locale;

/** The two ways of training that a quickstart puts beside each other. */
public enum Rival {
  /** A region that a search finds, trained with the soft mask. */
  COFITUNE("CoFiTune"),
  /** Every number of the model. */
  FULL("full fine-tuning");

  private final String text;

  Rival(String text) {
    this.text = text;
  }

  /** For people. */
  public String text() {
    return text;
  }

  /** The name of its recipe and of its run's folder. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
