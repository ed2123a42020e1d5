package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A line of progress: per cent, a bar, and facts, the most important first. */
final class BarLine {
  private static final int NARROWEST_BAR = 10;
  private static final int WIDEST_BAR = 30;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  private BarLine() {}

  /** The line, with as many of the facts in it as the terminal is wide; the first always is. */
  static String of(long current, long total, List<String> allFacts, int columns) {
    List<String> facts = new ArrayList<>(allFacts);
    String head = "%3d%%".formatted(total == 0 ? 100 : 100 * current / total);
    String tail = joined(facts);
    while (facts.size() > 1 && head.length() + tail.length() + 1 > columns) {
      facts.remove(facts.size() - 1);
      tail = joined(facts);
    }
    int room = Math.min(WIDEST_BAR, columns - head.length() - tail.length() - 4);
    return room < NARROWEST_BAR
        ? head + " " + tail
        : head + " " + filled(current, total, room) + " " + tail;
  }

  /** As wide as the terminal, so that nothing of a longer line before remains. */
  static String padded(String line, int columns) {
    return line + " ".repeat(Math.max(0, columns - 1 - line.length()));
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
}
