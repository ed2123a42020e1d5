package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("run/events.jsonl");
  }

  @Test
  void everyEventIsALineWithTimeAndName() throws IOException {
    try (EventLog log = EventLog.open(file(), 1)) {
      log.on(new TrainingEvent.Started(10, 5, 2, 100));
      log.on(step(1));
      log.append("note", JSON.createObjectNode().put("text", "line\nbreak"));
    }
    List<JsonNode> events = events();
    assertThat(events)
        .extracting(e -> e.path("event").asText())
        .containsExactly("train_start", "step", "note");
    assertThat(events)
        .allSatisfy(e -> assertThat(Instant.parse(e.path("time").asText())).isNotNull());
    assertThat(events.get(1).path("learning_rate").asDouble()).isEqualTo(1e-4);
    assertThat(events.get(1).path("speed").path("tokens_per_second").asDouble()).isEqualTo(50);
    assertThat(events.get(2).path("text").asText()).isEqualTo("line\nbreak");
  }

  @Test
  void aHalfWrittenLineIsRemovedWhenTheLogIsOpenedAgain() throws IOException {
    try (EventLog log = EventLog.open(file(), 1)) {
      log.on(step(1));
    }
    Files.writeString(file(), "{\"time\":\"2026-01", StandardOpenOption.APPEND);
    try (EventLog log = EventLog.open(file(), 1)) {
      log.on(step(2));
    }
    assertThat(steps()).containsExactly(1L, 2L);
  }

  @Test
  void resumingRemovesWhatLiesBeyondTheCheckpoint() throws IOException {
    try (EventLog log = EventLog.open(file(), 1)) {
      log.append("stage", JSON.createObjectNode().put("name", "train"));
      for (int k = 1; k <= 4; k++) {
        log.on(step(k));
        log.on(new TrainingEvent.CheckpointSaved(k, "step"));
      }
      log.append("other", JSON.createObjectNode());
    }
    try (EventLog log = EventLog.open(file(), 1)) {
      log.on(new TrainingEvent.Resumed(2, 10));
      log.on(step(3));
    }
    assertThat(events())
        .extracting(e -> e.path("event").asText() + e.path("step").asText())
        .containsExactly("stage", "step1", "checkpoint1", "step2", "other", "step3");
  }

  @Test
  void onlySomeStepsAreWrittenWhenAskedForButAlwaysTheLast() throws IOException {
    try (EventLog log = EventLog.open(file(), 4)) {
      for (int k = 1; k <= 10; k++) {
        log.on(step(k));
      }
    }
    assertThat(steps()).containsExactly(4L, 8L, 10L);
  }

  @Test
  void theLogOfAResumedRunIsThatOfAnUndisturbedOne() throws IOException {
    TinyTraining tiny = TinyTraining.in(folder);
    TrainingArguments arguments =
        TinyTraining.ARGUMENTS.with(Map.of("save_steps", 3, "eval_steps", 2));
    run(tiny, arguments, "undisturbed", 0);
    for (int k = 0; k < 5; k++) {
      run(tiny, arguments, "resumed", 2 + k % 3);
    }
    assertThat(withoutTimes("resumed")).isEqualTo(withoutTimes("undisturbed")).hasSize(22);
  }

  /** Runs until done or so many steps were taken, and loses the log's last lines in the end. */
  private void run(TinyTraining tiny, TrainingArguments arguments, String name, int stop) {
    Path run = folder.resolve(name);
    tiny.open(
        arguments,
        task -> {
          AtomicInteger taken = new AtomicInteger();
          try (EventLog log = EventLog.open(run.resolve("events.jsonl"), 1);
              Trainer trainer = new Trainer(task, List.of(log))) {
            trainer
                .checkpoints(TrainingCheckpoints.in(run.resolve("checkpoints"), Map.of(), 2))
                .run(() -> taken.incrementAndGet() == stop);
            if (stop > 0 && taken.get() == stop) {
              log.on(step(99)); // as if killed after more steps than were saved
            }
          }
          return task;
        });
  }

  private List<String> withoutTimes(String name) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(name).resolve("events.jsonl"))) {
      ObjectNode event = (ObjectNode) JSON.readTree(line);
      event.remove(List.of("time", "speed", "seconds"));
      lines.add(event.toString());
    }
    return lines;
  }

  private static TrainingEvent.StepTaken step(long k) {
    return new TrainingEvent.StepTaken(
        k, 10, 0.1, 2.5, 0, 1e-4, 1, 100, 50, Map.of(), new Speed(2, 50, 10, 0, 0));
  }

  private List<Long> steps() throws IOException {
    return events().stream().map(e -> e.path("step").asLong()).toList();
  }

  private List<JsonNode> events() throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String line : Files.readAllLines(file())) {
      events.add(JSON.readTree(line));
    }
    return events;
  }
}
