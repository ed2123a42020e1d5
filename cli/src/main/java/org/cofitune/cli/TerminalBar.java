package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * One line of a terminal that is drawn over and over: how far something is, with facts beside the
 * bar and notes scrolling above it. Runs a thread for the drawing from {@link #begin} until closed.
 */
final class TerminalBar implements AutoCloseable {
  private static final int INTERVAL_MILLIS = 200;
  private static final int NARROWEST_BAR = 10;
  private static final int WIDEST_BAR = 30;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Console console;
  private volatile List<String> facts = List.of();
  private @Nullable ProgressBar bar;

  TerminalBar(Console console) {
    this.console = console;
  }

  /** Draws the line for the first time. */
  void begin(long done, long total) {
    bar =
        new ProgressBarBuilder()
            .setInitialMax(total)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns()))
            .setRenderer(this::render)
            .build()
            .stepTo(done);
  }

  /**
   * So much is done.
   *
   * @param newFacts the most important first: a narrow terminal does without the last ones
   */
  void advance(long done, List<String> newFacts) {
    facts = newFacts;
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  /** Puts a line above the bar. */
  void note(String text) {
    console.err().print(CLEAR_LINE + text + "\n");
  }

  /** As wide as the terminal, so that nothing of a longer line before remains. */
  private String render(ProgressState state, int columns) {
    String line = line(facts, state.getCurrent(), state.getMax(), columns - 1);
    return line + " ".repeat(columns - 1 - line.length());
  }

  /** The line, with as much in it as the terminal is wide. */
  static String line(List<String> facts, long current, long total, int columns) {
    String head = "%3d%%".formatted(total == 0 ? 100 : 100 * current / total);
    List<String> shown = new ArrayList<>();
    shown.add(current + "/" + total);
    shown.addAll(facts);
    String tail = joined(shown);
    while (shown.size() > 1 && head.length() + tail.length() + 1 > columns) {
      shown.remove(shown.size() - 1);
      tail = joined(shown);
    }
    int room = Math.min(WIDEST_BAR, columns - head.length() - tail.length() - 4);
    return room < NARROWEST_BAR
        ? head + " " + tail
        : head + " " + filled(current, total, room) + " " + tail;
  }

  private static String joined(List<String> facts) {
    return facts.stream().filter(fact -> !fact.isEmpty()).collect(Collectors.joining("  "));
  }

  /** A bar of so many columns between two strokes. */
  static String filled(long current, long total, int width) {
    long eighths = total == 0 ? 8L * width : 8L * width * current / total;
    int full = (int) (eighths / 8);
    String part =
        full == width ? "" : EIGHTHS.substring((int) (eighths % 8), (int) (eighths % 8) + 1);
    return "|" + "█".repeat(full) + part + " ".repeat(width - full - part.length()) + "|";
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
