package org.cofitune.benchmarks.results;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a report tells, {@code results/compare/report.json}.
 *
 * @param settings in the order of the report
 * @param family the methods that the claim is about: those that train a region
 * @param ablations one thing changed at a time
 */
record ReportPlan(List<Setting> settings, List<String> family, List<Ablation> ablations) {
  ReportPlan {
    settings = List.copyOf(settings);
    family = List.copyOf(family);
    ablations = List.copyOf(ablations);
  }

  /**
   * A comparison that is kept in the folder of its name.
   *
   * @param speciality what is learnt, in words
   * @param versatility what must not be forgotten
   */
  record Setting(String name, String speciality, String versatility) {}

  /**
   * Two methods that differ in one thing.
   *
   * @param change what the method has that the other has not, in words
   */
  record Ablation(String change, String method, String against) {}

  static ReportPlan read(Path file) throws IOException {
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .build()
        .readValue(file.toFile(), ReportPlan.class);
  }
}
