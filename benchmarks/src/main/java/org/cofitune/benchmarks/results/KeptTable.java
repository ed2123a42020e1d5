package org.cofitune.benchmarks.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.statistics.Interval;

/** Reads the rows of {@code table.json}. */
final class KeptTable {
  private static final String FULL = "full";
  private static final String SPECIALITY = "speciality";

  private KeptTable() {}

  /**
   * Reads rows.
   *
   * @param weight of S in uni
   */
  static List<KeptRow> rows(JsonNode table, double weight) {
    JsonNode other =
        StreamSupport.stream(table.spliterator(), false)
            .filter(row -> !row.path("method").asText().equals(FULL))
            .filter(row -> row.has("learning_rate"))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no method beside full"));
    List<KeptRow> rows = new ArrayList<>();
    for (JsonNode row : table) {
      boolean isFull = row.path("method").asText().equals(FULL);
      rows.add(row(row, bySeed(isFull ? other : row, isFull ? "base" : "tuned", weight), weight));
    }
    return rows;
  }

  /** The differences of another method hold what the full fine-tune scored with each seed. */
  private static List<SeedScore> bySeed(JsonNode row, String side, double weight) {
    List<SeedScore> scores = new ArrayList<>();
    row.path("against_full").forEach(seed -> scores.add(score(seed, side, weight)));
    return scores;
  }

  private static KeptRow row(JsonNode row, List<SeedScore> bySeed, double weight) {
    Measure speciality = measure(row.path(SPECIALITY));
    Measure versatility = measure(row.path("versatility"));
    return new KeptRow(
        row.path("method").asText(),
        chosen(row),
        row.path("learning_rate").asDouble(),
        row.has("learning_rate")
            ? bySeed
            : List.of(SeedScore.weighed(speciality.score(), versatility.score(), weight)),
        speciality,
        versatility,
        measure(row.path("uni")),
        measure(row.path("retention")),
        measure(row.path("gain")),
        row.has("divergence") ? Optional.of(measure(row.path("divergence"))) : Optional.empty(),
        row.path("trained_percent").asDouble(),
        row.path("pareto").asBoolean());
  }

  private static Measure measure(JsonNode node) {
    JsonNode interval = node.path("interval");
    return new Measure(
        node.path("score").asDouble(),
        new Interval(interval.path("low").asDouble(), interval.path("high").asDouble()));
  }

  private static SeedScore score(JsonNode seed, String side, double weight) {
    DoubleSummaryStatistics speciality = new DoubleSummaryStatistics();
    DoubleSummaryStatistics versatility = new DoubleSummaryStatistics();
    for (JsonNode task : seed.path("tasks")) {
      boolean special = task.path("group").asText().equals(SPECIALITY);
      (special ? speciality : versatility).accept(task.path(side).asDouble());
    }
    return SeedScore.weighed(speciality.getAverage(), versatility.getAverage(), weight);
  }

  private static String chosen(JsonNode row) {
    if (!row.has("learning_rate")) {
      return "";
    }
    StringBuilder text = new StringBuilder(NumberText.rate(row.path("learning_rate").asDouble()));
    for (String part : List.of("keep", "alpha")) {
      DoubleSummaryStatistics values = new DoubleSummaryStatistics();
      row.path("parts").forEach(seed -> values.accept(seed.path(part).asDouble()));
      if (values.getMin() < 1) {
        text.append(", ").append(part).append(' ').append(NumberText.range(values));
      }
    }
    return text.toString();
  }
}
