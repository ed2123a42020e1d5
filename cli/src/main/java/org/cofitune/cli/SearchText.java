package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;

/** What a person reads about a search. */
final class SearchText {
  private static final String SUFFIX = "_proj";
  private static final List<String> ATTENTION = List.of("q", "k", "v", "o");
  private static final List<String> FEED_FORWARD = List.of("gate", "up", "down");

  private SearchText() {}

  /** A region in few characters: {@code 8-15 mha+ffn}, {@code 8-15 up,down}. */
  static String region(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return text.equals("all") ? "whole model" : text;
    }
    List<String> modules =
        Arrays.stream(text.substring(colon + 1).split(",", -1))
            .map(m -> m.endsWith(SUFFIX) ? m.substring(0, m.length() - SUFFIX.length()) : m)
            .toList();
    return text.substring(0, colon) + " " + modules(modules);
  }

  private static String modules(List<String> modules) {
    Set<String> rest = new TreeSet<>(modules);
    boolean attention = rest.containsAll(ATTENTION);
    boolean feedForward = rest.containsAll(FEED_FORWARD);
    if (attention) {
      rest.removeAll(ATTENTION);
    }
    if (feedForward) {
      rest.removeAll(FEED_FORWARD);
    }
    String named = modules.stream().filter(rest::contains).collect(Collectors.joining(","));
    return (attention ? "mha" : "")
        + (attention && feedForward ? "+" : "")
        + (feedForward ? "ffn" : "")
        + ((attention || feedForward) && !named.isEmpty() ? "+" : "")
        + named;
  }

  static String scores(TrialScore score) {
    return text("S %.2f  V %.2f  uni %.2f", score.speciality(), score.versatility(), score.uni());
  }

  static String left(double seconds) {
    return "at most " + HumanNumbers.duration(seconds) + " left";
  }

  /** One line about an event, for logs; empty for a step. */
  static String line(SearchEvent event) {
    if (event instanceof SearchEvent.Preparing preparing) {
      return preparing.what();
    } else if (event instanceof SearchEvent.BaseScored scored) {
      return "base: " + scores(scored.base().score());
    } else if (event instanceof SearchEvent.LevelStarted level) {
      return text(
          "level %d below %s: %s",
          level.level(), regions(level.parents()), regions(level.candidates()));
    } else if (event instanceof SearchEvent.TrialStarted trial) {
      return text(
          "trial %s: %s parameters, to step %d",
          region(trial.region()), HumanNumbers.count(trial.parameters()), trial.steps());
    } else if (event instanceof SearchEvent.TrialFinished finished) {
      return finished(finished);
    } else if (event instanceof SearchEvent.TrialStopped stopped) {
      return text(
          "trial %s: dropped after step %d, %d steps saved",
          region(stopped.trial().region()), stopped.trial().steps(), stopped.stepsSaved());
    } else if (event instanceof SearchEvent.LevelFinished level) {
      return level.followed().isEmpty()
          ? text("level %d: no child is better", level.level())
          : text("level %d: followed %s", level.level(), regions(level.followed()));
    }
    return "";
  }

  private static String finished(SearchEvent.TrialFinished finished) {
    Trial trial = finished.trial();
    String times =
        finished.known()
            ? "known"
            : HumanNumbers.duration(finished.seconds()) + "  " + left(finished.secondsLeft());
    return text(
        "trial %s: step %d  %s  %s",
        region(trial.region()), trial.steps(), scores(trial.score()), times);
  }

  /** Every look at a trial, the chosen region's marked, and the controls. */
  static String trials(JsonNode report) {
    TextTable table =
        new TextTable(2, "trial", "", "level", "parameters", "step", "S", "V", "uni", "forecast");
    JsonNode base = report.get("base");
    table.row(
        "base",
        "",
        "",
        "",
        "0",
        score(base, "speciality"),
        score(base, "versatility"),
        score(base, "uni"),
        "");
    for (String kind : List.of("trials", "controls")) {
      for (JsonNode trial : report.get(kind)) {
        boolean chosen = trial.get("region").equals(report.get("chosen"));
        table.row(
            region(trial.get("region").asText()),
            kind.equals("controls") ? "control" : chosen ? "chosen" : "",
            trial.get("level").asInt() < 0 ? "" : trial.get("level").asText(),
            text("%,d", trial.get("parameters").asLong()),
            trial.get("steps").asText(),
            score(trial, "speciality"),
            score(trial, "versatility"),
            score(trial, "uni"),
            trial.has("promise") ? score(trial, "promise") : "");
      }
    }
    return table.toString();
  }

  private static String score(JsonNode trial, String key) {
    return text("%.3f", trial.get(key).asDouble());
  }

  private static String regions(List<String> regions) {
    return regions.stream().map(SearchText::region).collect(Collectors.joining("; "));
  }

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
