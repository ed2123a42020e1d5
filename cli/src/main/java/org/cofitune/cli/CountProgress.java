package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * Progress of counted work, a part at a time: a bar on a terminal, else a line at the beginning and
 * the end of a part and one every few seconds between. On a terminal it runs a thread for the
 * drawing until closed.
 */
final class CountProgress implements AutoCloseable {
  private static final int BAR_MILLIS = 200;
  private static final long LINE_NANOS = 5_000_000_000L;
  private static final double NANOS = 1e-9;

  private final Console console;
  private final LongSupplier nanoTime;
  private String label = "";
  private String unit = "";
  private long total;
  private long done;
  private long begun;
  private long doneAtBegin;
  private long lastLine;
  private @Nullable ProgressBar bar;

  CountProgress(Console console) {
    this(console, System::nanoTime);
  }

  CountProgress(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  /**
   * A part begins; the one before is over.
   *
   * @param name of the part
   * @param counted what is counted, in the plural
   * @param all how many there are
   * @param known how many of them are done before it begins
   */
  void begin(String name, String counted, long all, long known) {
    close();
    label = name;
    unit = counted;
    total = all;
    done = known;
    doneAtBegin = known;
    begun = nanoTime.getAsLong();
    lastLine = begun;
    if (console.errTerminal()) {
      bar =
          new ProgressBarBuilder()
              .setInitialMax(all)
              .setUpdateIntervalMillis(BAR_MILLIS)
              .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns()))
              .setRenderer(this::render)
              .build()
              .stepTo(known);
    } else {
      console.err().println(line());
    }
  }

  /** More of the part is done. */
  void add(long more) {
    done += more;
    if (bar != null) {
      bar.stepTo(done);
      return;
    }
    long now = nanoTime.getAsLong();
    if (more > 0 && (now - lastLine >= LINE_NANOS || done == total)) {
      console.err().println(line());
      lastLine = now;
    }
  }

  private String line() {
    return label + "  " + String.join("  ", facts(done));
  }

  private List<String> facts(long current) {
    List<String> facts = new ArrayList<>();
    facts.add(current + "/" + total + " " + unit);
    double seconds = (nanoTime.getAsLong() - begun) * NANOS;
    long fresh = current - doneAtBegin;
    if (fresh > 0 && seconds > 0) {
      facts.add(
          current < total
              ? HumanNumbers.duration((total - current) * seconds / fresh) + " left"
              : "in " + HumanNumbers.duration(seconds));
      facts.add(String.format(Locale.ROOT, "%.1f/s", fresh / seconds));
    } else if (doneAtBegin > 0) {
      facts.add(doneAtBegin + " known from before");
    }
    return facts;
  }

  private String render(ProgressState state, int columns) {
    String head = label + " ";
    String line =
        head
            + BarLine.of(
                state.getCurrent(),
                state.getMax(),
                facts(state.getCurrent()),
                columns - 1 - head.length());
    return BarLine.padded(line, columns);
  }

  @Override
  public void close() {
    ProgressBar open = bar;
    bar = null;
    if (open != null) {
      open.close();
    }
  }
}
