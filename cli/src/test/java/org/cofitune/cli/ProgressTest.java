package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.cofitune.train.Speed;
import org.cofitune.train.TrainingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          true,
          true,
          true,
          100);

  @Test
  void aWideLineHasBarLossRateSpeedTimeAndMemory() {
    assertThat(TerminalBar.line(ProgressDisplay.facts(step(50)), 50, 200, 120))
        .isEqualTo(
            " 25% |███████▌                      | 50/200  loss 2.3140  1:07 left  12.3k tok/s"
                + "  lr 3.90e-05  612 MiB");
  }

  @Test
  void aGpusMemoryStandsBesideThatOfTheProcess() {
    assertThat(StepText.memory(new Speed(1, 1, 1, 612L << 20, 22L << 30)))
        .isEqualTo("612 MiB + 22.0 GiB GPU");
    assertThat(StepText.memory(new Speed(1, 1, 1, 0, 22L << 30))).isEqualTo("22.0 GiB GPU");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 30, 40, 55, 70, 80, 100, 200})
  void theLineFitsAnyWidth(int columns) {
    for (long current = 0; current <= 200; current++) {
      assertThat(TerminalBar.line(ProgressDisplay.facts(step(current)), current, 200, columns))
          .hasSizeLessThanOrEqualTo(columns)
          .contains(current + "/200");
    }
  }

  @Test
  void aFullBarIsFullAndAnEmptyOneEmpty() {
    assertThat(TerminalBar.line(List.of(), 0, 10, 80)).contains("|" + " ".repeat(30) + "|");
    assertThat(TerminalBar.line(List.of(), 10, 10, 80)).contains("|" + "█".repeat(30) + "|");
  }

  @Test
  void notesStandAboveTheBarOnLinesOfTheirOwn() {
    try (ProgressDisplay display = new ProgressDisplay(console)) {
      display.on(new TrainingEvent.Started(200, 80, 20, 196_608));
      display.on(step(1));
      display.on(new TrainingEvent.Evaluated(1, 0.1, 2.5, 0.3));
      display.on(step(200));
      display.on(new TrainingEvent.Finished(200, 2.0, 5000));
    }
    assertThat(written())
        .contains("\r\u001b[Ktraining 197k parameters on 80 rows, 20 held out, 200 steps\n")
        .contains("\r\u001b[Kstep 1: held-out loss 2.5000\n")
        .contains("\r100% |" + "█".repeat(25) + "| 200/200  loss 2.3140");
  }

  @Test
  void linesComeForTheFirstAndLastStepAndEveryFewSeconds() {
    AtomicLong seconds = new AtomicLong();
    ProgressLines lines = new ProgressLines(console, () -> seconds.get() * 1_000_000_000L);
    for (int i = 1; i <= 200; i++) {
      seconds.set(i / 10);
      lines.on(step(i));
    }
    assertThat(written().lines())
        .hasSize(5)
        .first()
        .asString()
        .isEqualTo(
            "step 1/200  epoch 0.25  loss 2.3140  lr 3.90e-05  grad 1.02  12.3k tok/s  1:07 left"
                + "  612 MiB");
    assertThat(written()).contains("step 200/200").doesNotContain("\u001b");
  }

  private String written() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static TrainingEvent.StepTaken step(long number) {
    return new TrainingEvent.StepTaken(
        number,
        200,
        0.25,
        2.314,
        0,
        3.9e-5,
        1.02,
        1000,
        500,
        Map.of(),
        new Speed(0.1, 12_345, 67, 612L << 20, 0));
  }
}
