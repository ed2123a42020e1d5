package org.cofitune.pipeline;

/** Which seeds' development scores choose a method's learning rate. */
public enum RateSeeds {
  /** The first; the others are trained with the chosen rate only. */
  FIRST,
  /** All: the mean over seeds counts. */
  ALL;

  /** For people. */
  String text(int seeds) {
    return seeds == 1 || this == FIRST
        ? "the development set, by uni of the first seed"
        : "the development set, by mean uni of " + seeds + " seeds";
  }
}
