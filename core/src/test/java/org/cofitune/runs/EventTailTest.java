package org.cofitune.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofitune.train.EventLog;
import org.cofitune.train.TrainingEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventTailTest {
  @TempDir Path root;
  private Path log;
  private RunFolder run;

  @BeforeEach
  void makeRun() throws IOException {
    log = new RunFiles(root).begun("run").resolve("events.jsonl");
    run = RunsFolder.open(root).find("run").orElseThrow();
  }

  private void append(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<Long> steps(EventTail.Batch batch) {
    return batch.events().stream().map(event -> event.path("step").asLong()).toList();
  }

  @Test
  void whatIsAppendedIsTold() throws IOException {
    EventTail tail = EventTail.of(run);
    assertThat(tail.next()).isEmpty();

    append(RunFiles.step(1, 9) + RunFiles.step(2, 9));
    assertThat(tail.next()).hasValueSatisfying(b -> assertThat(steps(b)).containsExactly(1L, 2L));
    assertThat(tail.next()).isEmpty();

    append(RunFiles.step(3, 9));
    assertThat(tail.next())
        .hasValueSatisfying(
            batch -> {
              assertThat(steps(batch)).containsExactly(3L);
              assertThat(batch.restarted()).isFalse();
            });
  }

  @Test
  void halfALineWaitsUntilItIsWhole() throws IOException {
    String line = RunFiles.step(2, 9);
    EventTail tail = EventTail.of(run);
    append(RunFiles.step(1, 9) + line.substring(0, 20));
    assertThat(tail.next()).hasValueSatisfying(b -> assertThat(steps(b)).containsExactly(1L));
    assertThat(tail.next()).isEmpty();

    append(line.substring(20));

    assertThat(tail.next()).hasValueSatisfying(b -> assertThat(steps(b)).containsExactly(2L));
  }

  @Test
  void linesThatAreNoObjectArePassedOver() throws IOException {
    append("\n[1]\n{\"broken\n" + "x".repeat(3 << 20) + "\n" + RunFiles.step(7, 9));

    assertThat(all(EventTail.of(run)).stream().map(e -> e.longValue())).containsExactly(7L);
  }

  private static List<Long> all(EventTail tail) {
    List<Long> steps = new ArrayList<>();
    Optional<EventTail.Batch> batch = tail.next();
    while (batch.isPresent()) {
      steps.addAll(steps(batch.get()));
      batch = tail.next();
    }
    return steps;
  }

  @Test
  void aPositionGoesOnWhereABatchEnded() throws IOException {
    append(RunFiles.step(1, 9));
    String position = EventTail.of(run).next().orElseThrow().position();
    append(RunFiles.step(2, 9));

    assertThat(EventTail.from(run, position).next())
        .hasValueSatisfying(
            batch -> {
              assertThat(steps(batch)).containsExactly(2L);
              assertThat(batch.restarted()).isFalse();
            });
  }

  @Test
  void aPositionThatIsNoneBeginsAnew() throws IOException {
    append(RunFiles.step(1, 9) + RunFiles.step(2, 9));
    String good = EventTail.of(run).next().orElseThrow().position();
    for (String position :
        List.of("", "x", "-1", good + "9", good.replaceFirst("-.*", "-7"), "0-" + "9".repeat(40))) {
      assertThat(EventTail.from(run, position).next())
          .as(position)
          .hasValueSatisfying(
              batch -> {
                assertThat(batch.restarted()).isTrue();
                assertThat(steps(batch)).containsExactly(1L, 2L);
              });
    }
  }

  @Test
  void aRunThatGoesOnFromACheckpointIsToldFromTheBeginning() {
    EventTail tail = EventTail.of(run);
    try (EventLog events = EventLog.open(log, 1)) {
      for (int step : new int[] {1, 2, 3}) {
        events.append("step", JsonNodeFactory.instance.objectNode().put("step", step));
      }
      assertThat(all(tail)).containsExactly(1L, 2L, 3L);

      events.on(new TrainingEvent.Resumed(2, 9));
      events.append("step", JsonNodeFactory.instance.objectNode().put("step", 3).put("loss", 1));
    }

    assertThat(tail.next())
        .hasValueSatisfying(
            batch -> {
              assertThat(batch.restarted()).isTrue();
              assertThat(steps(batch)).containsExactly(1L, 2L, 3L);
            });
  }

  @Test
  void ofALongLogOnlySomeStepsAreToldButEverythingElse() throws IOException {
    int many = 100_000;
    StringBuilder text = new StringBuilder();
    for (int step = 1; step <= many; step++) {
      text.append(RunFiles.step(step, many));
      if (step % 10_000 == 0) {
        text.append(RunFiles.event("eval", "\"eval_loss\":1.0"));
      }
    }
    append(text.toString());

    List<Long> told = all(EventTail.of(run));

    assertThat(told).hasSizeBetween(1000, 20_000).contains(1L, (long) many);
    assertThat(told.stream().filter(step -> step == 0)).hasSize(10);
  }
}
