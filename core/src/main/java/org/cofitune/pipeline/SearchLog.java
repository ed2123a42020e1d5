package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchListener;
import org.cofitune.search.SearchResult;
import org.cofitune.search.Trial;
import org.cofitune.store.DiskFault;
import org.cofitune.train.EventLog;

/**
 * Writes a search's events into the run's {@code events.jsonl}, with times, which {@code
 * trials.jsonl} is free of. A search that goes on tells again what it knows; that is written once.
 */
public final class SearchLog implements SearchListener, AutoCloseable {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final Set<String> TIMES = Set.of("time", "seconds", "seconds_left");
  private static final String TRIAL_END = "trial_end";

  private final EventLog log;
  private final Set<ObjectNode> written = new HashSet<>();
  private final Map<String, Double> seconds = new HashMap<>();

  private SearchLog(EventLog log) {
    this.log = log;
  }

  /** Opens the log of a run, or begins it. */
  public static SearchLog open(Path file) {
    SearchLog log = new SearchLog(EventLog.open(file, 1)); // cuts half a line off first
    try {
      for (String line : Files.readAllLines(file)) {
        if (JSON.readTree(line) instanceof ObjectNode event) {
          log.remember(event);
        }
      }
      return log;
    } catch (IOException e) {
      log.close();
      throw DiskFault.reading(file, e);
    }
  }

  @Override
  public void on(SearchEvent event) {
    if (event instanceof SearchEvent.BaseScored scored) {
      append("base_score", fields(scored.base()));
    } else if (event instanceof SearchEvent.LevelStarted started) {
      append("level_start", JSON.valueToTree(started));
    } else if (event instanceof SearchEvent.TrialStarted started) {
      append("trial_start", JSON.valueToTree(started));
    } else if (event instanceof SearchEvent.TrialFinished finished) {
      append(
          TRIAL_END,
          fields(finished.trial())
              .put("seconds", finished.seconds())
              .put("seconds_left", finished.secondsLeft()));
    } else if (event instanceof SearchEvent.TrialStopped stopped) {
      append("trial_dropped", fields(stopped.trial()).put("steps_saved", stopped.stepsSaved()));
    } else if (event instanceof SearchEvent.LevelFinished finished) {
      append("level_end", JSON.valueToTree(finished));
    } else if (event instanceof SearchEvent.SearchFinished finished) {
      append("search_end", fields(finished.result()));
    }
  }

  /** Seconds that a look at a trial took, in whichever process; 0 where that is not on record. */
  double seconds(Trial trial) {
    return seconds.getOrDefault(key(trial.setting(), trial.region(), trial.steps()), 0.0);
  }

  private static ObjectNode fields(Trial trial) {
    ObjectNode fields = JSON.valueToTree(trial);
    fields.remove("score");
    fields
        .put("speciality", trial.score().speciality())
        .put("versatility", trial.score().versatility())
        .put("uni", trial.score().uni());
    return fields;
  }

  private static ObjectNode fields(SearchResult result) {
    return JSON.createObjectNode()
        .put("chosen", result.chosen())
        .put("uni", result.score().uni())
        .put("steps_run", result.stepsRun())
        .put("steps_saved", result.stepsSaved());
  }

  private void append(String name, ObjectNode fields) {
    ObjectNode event = fields.deepCopy().put("event", name);
    if (remember(event)) {
      log.append(name, fields);
    }
  }

  /** Whether it was not known. */
  private boolean remember(ObjectNode event) {
    ObjectNode key = JSON.createObjectNode();
    event.properties().stream()
        .filter(field -> !TIMES.contains(field.getKey()))
        .forEach(field -> key.set(field.getKey(), number(field.getValue())));
    boolean fresh = written.add(key);
    if (fresh && event.path("event").asText().equals(TRIAL_END)) {
      seconds.put(
          key(
              event.path("setting").asText(),
              event.path("region").asText(),
              event.path("steps").asInt()),
          event.path("seconds").asDouble());
    }
    return fresh;
  }

  /** A number as it reads back: a parameter count may be an int or a long. */
  private static JsonNode number(JsonNode value) {
    return value.isIntegralNumber() ? JSON.getNodeFactory().numberNode(value.asLong()) : value;
  }

  private static String key(String setting, String region, int steps) {
    return setting + " " + region + " " + steps;
  }

  @Override
  public void close() {
    log.close();
  }
}
