package org.cofitune.cli;

import java.util.function.LongSupplier;

/** When a log gets its next line about progress: at once for the first, then every few seconds. */
final class LinePace {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final LongSupplier nanoTime;
  private long lastLine;
  private boolean first = true;

  LinePace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Whether the line is due; if so, the next one is due in a few seconds.
   *
   * @param last whether nothing comes after it
   */
  boolean isDue(boolean last) {
    long now = nanoTime.getAsLong();
    boolean due = first || last || now - lastLine >= INTERVAL_NANOS;
    if (due) {
      first = false;
      lastLine = now;
    }
    return due;
  }
}
