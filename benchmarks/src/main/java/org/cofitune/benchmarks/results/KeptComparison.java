package org.cofitune.benchmarks.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A comparison as it is kept: {@code recipe.yaml}, {@code table.json}, and {@code trials.jsonl}.
 *
 * @param setting what it is about
 * @param recipe with the regions that were found
 * @param rows the base first, then the methods in the order of the recipe
 * @param development S and V of the first seed on the development set, by method and learning rate
 */
record KeptComparison(
    ReportPlan.Setting setting,
    JsonNode recipe,
    List<KeptRow> rows,
    Map<String, TreeMap<Double, SeedScore>> development) {
  private static final String FULL = "full";
  private static final double EQUAL_PARTS = 0.5;

  KeptComparison {
    rows = List.copyOf(rows);
  }

  static KeptComparison read(Path folder, ReportPlan.Setting setting) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    Path kept = folder.resolve(setting.name());
    JsonNode recipe = YAMLMapper.builder().build().readTree(kept.resolve("recipe.yaml").toFile());
    List<KeptRow> rows =
        KeptTable.rows(
            json.readTree(kept.resolve("table.json").toFile()).path("rows"), weight(recipe));
    List<JsonNode> trials = new ArrayList<>();
    for (String line : Files.readAllLines(kept.resolve("trials.jsonl"))) {
      trials.add(json.readTree(line));
    }
    return new KeptComparison(setting, recipe, rows, development(trials));
  }

  private static double weight(JsonNode recipe) {
    return recipe.path("evaluate").path("speciality_weight").asDouble(EQUAL_PARTS);
  }

  /** The weight of S in uni. */
  double specialityWeight() {
    return weight(recipe);
  }

  private static Map<String, TreeMap<Double, SeedScore>> development(List<JsonNode> trials) {
    Map<String, TreeMap<Double, SeedScore>> scores = new LinkedHashMap<>();
    long first = trials.get(0).path("seed").asLong();
    for (JsonNode trial : trials) {
      if (trial.path("seed").asLong() == first) {
        JsonNode score = trial.path("score");
        scores
            .computeIfAbsent(trial.path("method").asText(), method -> new TreeMap<>())
            .put(
                trial.path("learning_rate").asDouble(),
                new SeedScore(
                    score.path("speciality").asDouble(),
                    score.path("versatility").asDouble(),
                    score.path("uni").asDouble()));
      }
    }
    return scores;
  }

  KeptRow base() {
    return rows.get(0);
  }

  KeptRow full() {
    return row(FULL).orElseThrow();
  }

  /** Every row but the base's. */
  List<KeptRow> methods() {
    return rows.subList(1, rows.size());
  }

  Optional<KeptRow> row(String method) {
    return rows.stream().filter(row -> row.method().equals(method)).findFirst();
  }

  int seeds() {
    return full().bySeed().size();
  }

  /** The region of a method, as its recipe has it. */
  String region(String method) {
    for (JsonNode entry : recipe.path("compare").path("methods")) {
      if (entry.path("name").asText().equals(method)) {
        return entry.path("region").asText();
      }
    }
    throw new NoSuchElementException(method);
  }

  /** What the first seed of a method gave on the development set with the chosen learning rate. */
  SeedScore chosenOnDevelopment(KeptRow row) {
    return Optional.ofNullable(
            development.getOrDefault(row.method(), new TreeMap<>()).get(row.learningRate()))
        .orElseThrow();
  }

  /** Whether the chosen learning rate is the lowest or highest of several that were tried. */
  boolean isAtTheEdge(KeptRow row) {
    TreeMap<Double, SeedScore> tried = development.getOrDefault(row.method(), new TreeMap<>());
    return tried.size() > 1
        && (tried.firstKey() == row.learningRate() || tried.lastKey() == row.learningRate());
  }
}
