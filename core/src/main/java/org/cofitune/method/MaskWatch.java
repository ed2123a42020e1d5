package org.cofitune.method;

import java.util.Locale;
import java.util.function.Consumer;
import org.cofitune.importance.MaskStatistics;

/** Says once if the first steps show that a soft mask does next to nothing. */
final class MaskWatch implements Consumer<MaskStatistics> {
  /** Steps that are watched. */
  static final int FIRST_STEPS = 10;

  /** Below this mean share a mask is taken to have no effect. */
  static final double LEAST_SHARE = 0.01;

  private final Consumer<String> warn;
  private int steps;
  private double shares;

  MaskWatch(Consumer<String> warn) {
    this.warn = warn;
  }

  @Override
  public void accept(MaskStatistics statistics) {
    if (steps == FIRST_STEPS) {
      return;
    }
    steps++;
    shares += statistics.removedShare();
    if (steps == FIRST_STEPS && shares / steps < LEAST_SHARE) {
      warn.accept(
          String.format(
              Locale.ROOT,
              "the soft mask removed %.2g %% of the %s in the first %d steps, which is next to"
                  + " nothing: look at the importance and at soft_mask.strength",
              100 * shares / steps,
              statistics.target().name().toLowerCase(Locale.ROOT),
              steps));
    }
  }
}
