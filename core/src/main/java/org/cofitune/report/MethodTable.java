package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cofitune.compare.ComparisonTable;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.store.StrictJson;
import org.jspecify.annotations.Nullable;

/**
 * {@code compare/table.json} as far as a report shows it.
 *
 * @param learningRatesFrom what chose the learning rates
 * @param rows the base, then the methods
 */
record MethodTable(String learningRatesFrom, List<Row> rows) {
  MethodTable {
    rows = List.copyOf(rows);
  }

  /** A method; the fields are those of {@link org.cofitune.compare.ComparedRow}. */
  record Row(
      String method,
      @Nullable Double learningRate,
      int seeds,
      Measure speciality,
      Measure versatility,
      Measure uni,
      @Nullable Measure retention,
      @Nullable Measure gain,
      @Nullable Measure divergence,
      double trainedPercent,
      double seconds,
      long memoryBytes,
      boolean pareto) {
    boolean isBase() {
      return method.equals(ComparisonTable.BASE);
    }
  }

  /**
   * Reads a table.
   *
   * @throws CofituneException of kind FORMAT if it is none
   */
  static MethodTable read(Path file) {
    JsonNode json = StrictJson.readObject(file);
    if (json.path("format").asInt() != ComparisonTable.FORMAT) {
      throw CofituneException.of(ErrorKind.FORMAT, "comparison has an unknown format")
          .at(file)
          .expected(ComparisonTable.FORMAT)
          .found(json.path("format"))
          .next("compare again with this version")
          .build();
    }
    List<Row> rows = new ArrayList<>();
    json.path("rows").forEach(row -> rows.add(row(row)));
    return new MethodTable(json.path("learning_rates_from").asText(), rows);
  }

  private static Row row(JsonNode row) {
    JsonNode rate = row.path("learning_rate");
    return new Row(
        row.path("method").asText(),
        rate.isNumber() ? rate.asDouble() : null,
        row.path("seeds").asInt(),
        number(row.path("speciality")),
        number(row.path("versatility")),
        number(row.path("uni")),
        measure(row.path("retention")),
        measure(row.path("gain")),
        measure(row.path("divergence")),
        row.path("trained_percent").asDouble(),
        row.path("seconds").asDouble(),
        row.path("memory_bytes").asLong(),
        row.path("pareto").asBoolean());
  }

  private static @Nullable Measure measure(JsonNode measure) {
    return measure.path("score").isNumber() ? number(measure) : null;
  }

  private static Measure number(JsonNode measure) {
    JsonNode interval = measure.path("interval");
    return new Measure(
        measure.path("score").asDouble(),
        new Interval(interval.path("low").asDouble(), interval.path("high").asDouble()));
  }

  /** The method of the highest uni; empty where the base alone is there. */
  Optional<Row> best() {
    return rows.stream()
        .filter(row -> !row.isBase())
        .max(Comparator.comparingDouble(row -> row.uni().score()));
  }
}
