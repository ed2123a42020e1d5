package org.cofitune.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.jspecify.annotations.Nullable;

/**
 * One level of a search as lines of a table, and the trial in progress below it. What came before
 * does not change any more.
 */
final class SearchTable {
  private static final int NARROWEST_BAR = 10;
  private static final int WIDEST_BAR = 24;
  private static final int WIDEST_REGION = 36;
  private static final String NUMBERS = " %7s %5s %6s %6s %6s";
  private static final int NUMBERS_WIDTH = 36;

  private final int columns;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private SearchEvent.@Nullable TrialStep step;
  private String activity = "";

  /** Where a trial stands. */
  private enum Mark {
    WAITING("·"),
    RUNNING("▸"),
    SCORED(" "),
    DROPPED("✗"),
    FOLLOWED("✓");

    private final String sign;

    Mark(String sign) {
      this.sign = sign;
    }
  }

  private record Row(
      int level, String name, Mark mark, long parameters, int steps, @Nullable TrialScore score) {
    Row marked(Mark other) {
      return new Row(level, name, other, parameters, steps, score);
    }
  }

  /** A table for a terminal of so many columns; no line breaks. */
  SearchTable(int columns) {
    this.columns = columns;
  }

  /** The names of the columns. */
  String header() {
    return line(" ", "region", "trained", "steps", "S", "V", "uni");
  }

  /** Takes note of an event that is not the end of a level. */
  void on(SearchEvent event) {
    if (event instanceof SearchEvent.Preparing preparing) {
      activity = preparing.what();
    } else if (event instanceof SearchEvent.BaseScored scored) {
      activity = "";
      put(scored.base(), "base", Mark.SCORED);
    } else if (event instanceof SearchEvent.LevelStarted level) {
      level
          .candidates()
          .forEach(
              region ->
                  rows.put(
                      region,
                      new Row(level.level(), SearchText.region(region), Mark.WAITING, 0, 0, null)));
    } else if (event instanceof SearchEvent.TrialStarted trial) {
      start(trial);
    } else if (event instanceof SearchEvent.TrialStep taken) {
      step = taken;
    } else if (event instanceof SearchEvent.TrialScoring scoring) {
      step = null;
      activity = "scoring " + SearchText.region(scoring.region());
    } else if (event instanceof SearchEvent.TrialFinished finished) {
      step = null;
      activity = "";
      put(finished.trial(), name(finished.trial().region(), finished.trial().role()), Mark.SCORED);
    } else if (event instanceof SearchEvent.TrialStopped stopped) {
      rows.computeIfPresent(stopped.trial().region(), (region, row) -> row.marked(Mark.DROPPED));
    } else if (event instanceof SearchEvent.LevelFinished level) {
      level
          .followed()
          .forEach(r -> rows.computeIfPresent(r, (region, row) -> row.marked(Mark.FOLLOWED)));
    }
  }

  private void start(SearchEvent.TrialStarted trial) {
    activity = "";
    Row before = rows.get(trial.region());
    rows.put(
        trial.region(),
        new Row(
            trial.level(),
            name(trial.region(), trial.role()),
            Mark.RUNNING,
            trial.parameters(),
            before == null ? 0 : before.steps(),
            before == null ? null : before.score()));
  }

  private void put(Trial trial, String name, Mark mark) {
    rows.put(
        trial.region(),
        new Row(trial.level(), name, mark, trial.parameters(), trial.steps(), trial.score()));
  }

  private static String name(String region, Trial.Role role) {
    String control = role == Trial.Role.RANDOM_CONTROL ? "random " : "";
    return control + SearchText.region(region);
  }

  /** Begins the next level. */
  void clear() {
    rows.clear();
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The rows, the best of a finished level marked. */
  List<String> rows() {
    return rows.values().stream().map(this::line).toList();
  }

  /**
   * The trial in progress.
   *
   * @param left what is known of the time to the end
   */
  List<String> progress(String left) {
    SearchEvent.TrialStep now = step;
    List<String> parts = new ArrayList<>();
    if (now != null) {
      parts.add(SearchText.region(now.region()));
      parts.add(now.step() + "/" + now.steps());
      parts.add(StepText.loss(now.loss()));
    } else if (!activity.isEmpty()) {
      parts.add(activity);
    }
    if (!left.isEmpty()) {
      parts.add(left);
    }
    if (parts.isEmpty()) {
      return List.of();
    }
    String tail = String.join("  ", parts);
    int room = Math.min(WIDEST_BAR, columns - tail.length() - 6);
    String line =
        now == null || room < NARROWEST_BAR
            ? "  " + tail
            : "  " + TerminalBar.filled(now.step(), now.steps(), room) + " " + tail;
    return List.of(cut(line, columns - 1));
  }

  private String line(Row row) {
    TrialScore score = row.score();
    return line(
        row.mark().sign,
        "  ".repeat(Math.max(0, row.level())) + row.name(),
        row.parameters() == 0 ? "" : HumanNumbers.count(row.parameters()),
        row.steps() == 0 ? "" : Integer.toString(row.steps()),
        score == null ? "" : SearchText.text("%.2f", score.speciality()),
        score == null ? "" : SearchText.text("%.2f", score.versatility()),
        score == null ? "" : SearchText.text("%.2f", score.uni()));
  }

  private String line(
      String mark, String region, String trained, String steps, String s, String v, String uni) {
    int width = Math.min(WIDEST_REGION, columns - 1 - 2 - NUMBERS_WIDTH);
    String format = "%s %-" + width + "s" + NUMBERS;
    return SearchText.text(format, mark, cut(region, width), trained, steps, s, v, uni)
        .stripTrailing();
  }

  private static String cut(String text, int width) {
    return text.length() > width ? text.substring(0, width - 1) + "…" : text;
  }
}
