package org.cofitune.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.pipeline.RunDirectory;

/**
 * What a run has left beside its events, as one JSON object: {@code settings}, {@code environment},
 * {@code base} and {@code tuned} score cards, {@code comparison}, {@code search}, {@code methods}.
 * What is not there, or cannot be read, is left out.
 */
public final class RunDetails {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private RunDetails() {}

  /** A summary as JSON, keys in snake case. */
  public static ObjectNode of(RunSummary summary) {
    return JSON.valueToTree(summary);
  }

  /** The details of a run. */
  public static ObjectNode of(RunFolder run) {
    RunDirectory files = run.directory();
    ObjectNode details = JSON.createObjectNode();
    run.file(files.recipe())
        .map(file -> RecipeLines.read(file.read()))
        .ifPresent(settings -> details.set("settings", JSON.valueToTree(settings)));
    add(details, "environment", run, files.environment());
    add(details, "base", run, files.baseScorecard());
    add(details, "tuned", run, files.scorecard());
    add(details, "comparison", run, files.comparison());
    add(details, "search", run, files.searchResult());
    add(details, "methods", run, run.comparison().table("json"));
    for (String card : List.of("base", "tuned")) {
      details.path(card).path("tasks").forEach(RunDetails::shorten);
    }
    return details;
  }

  private static void add(ObjectNode details, String name, RunFolder run, Path file) {
    Optional<RunFile> found = run.file(file);
    if (found.isPresent()) {
      try {
        details.set(name, found.get().json());
      } catch (CofituneException e) {
        damaged(details).add(file.getFileName().toString());
      }
    }
  }

  private static ArrayNode damaged(ObjectNode details) {
    return details.withArray("/damaged");
  }

  /** Leaves out the results of every single item. */
  private static void shorten(JsonNode task) {
    if (task instanceof ObjectNode object) {
      object.remove("statistics");
    }
  }
}
