package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Progress of work that is counted in pieces of about equal size: a bar where a person watches,
 * lines every few seconds elsewhere.
 *
 * <pre>{@code
 * try (WorkProgress progress = new WorkProgress(console, "rows")) {
 *   estimate(rows -> progress.advance(rows.done(), rows.total(), List.of("divergence 1e-5")));
 * }
 * }</pre>
 */
final class WorkProgress implements AutoCloseable {
  private static final double NANOS = 1e-9;

  private final Console console;
  private final String unit;
  private final LinePace pace = new LinePace(System::nanoTime);
  private @Nullable TerminalBar bar;
  private boolean begun;
  private long firstDone;
  private long firstAt;

  /**
   * Begins to watch; nothing is drawn yet.
   *
   * @param unit what is counted, in the plural
   */
  WorkProgress(Console console, String unit) {
    this.console = console;
    this.unit = unit;
  }

  /**
   * So much is done.
   *
   * @param facts the most important first
   */
  void advance(long done, long total, List<String> facts) {
    if (!begun) {
      begin(done, total);
    }
    List<String> all = new ArrayList<>();
    if (done > firstDone && done < total) {
      all.add(HumanNumbers.duration(secondsLeft(done, total)) + " left");
    }
    all.addAll(facts);
    if (bar != null) {
      bar.advance(done, all);
    } else if (pace.isDue(done == total)) {
      console
          .err()
          .println(
              String.format(
                      Locale.ROOT, "%s %,d/%,d  %s", unit, done, total, String.join("  ", all))
                  .stripTrailing());
    }
  }

  private void begin(long done, long total) {
    begun = true;
    firstDone = done;
    firstAt = System.nanoTime();
    if (console.errTerminal()) {
      TerminalBar opened = new TerminalBar(console);
      opened.begin(done, total);
      bar = opened;
    }
  }

  /** At the speed since the first piece, which had to wait for the engine and the weights. */
  private double secondsLeft(long done, long total) {
    double seconds = (System.nanoTime() - firstAt) * NANOS;
    return seconds / (done - firstDone) * (total - done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
