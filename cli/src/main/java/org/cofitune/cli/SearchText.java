package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.model.RegionLabel;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;

/** What a person reads about a search. */
final class SearchText {
  private SearchText() {}

  /** A region in few characters: {@code 8-15 mha+ffn}, {@code 8-15 up,down}. */
  static String region(String text) {
    return RegionLabel.of(text);
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
