package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorLineTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ErrorLine errorLine =
      new ErrorLine(
          new Console(
              new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              false,
              false,
              false,
              100));

  @ParameterizedTest
  @EnumSource(ErrorKind.class)
  void aKnownErrorIsOneLineWithTheStatusOfItsKind(ErrorKind kind) {
    CofituneException failure =
        CofituneException.of(kind, "row is empty").at("a.jsonl:3").next("fill it in").build();

    assertThat(errorLine.print(failure, false)).isEqualTo(kind.exitStatus());
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("error: a.jsonl:3: row is empty; fill it in\n");
  }

  @Test
  void aFaultOfOursIsOneLineThatNamesTheWayToTheTrace() {
    assertThat(errorLine.print(new IllegalStateException("two\nlines"), false)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("error: unexpected java.lang.IllegalStateException: two lines")
        .endsWith("--debug shows where");
  }

  @Test
  void debugAddsTheTrace() {
    errorLine.print(new IllegalStateException("broken"), true);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("\tat org.cofitune.cli.ErrorLineTest");
  }

  @Test
  void anExhaustedHeapIsATrainingFailureThatSaysWhatToLower() {
    assertThat(errorLine.print(new OutOfMemoryError("Java heap space"), false)).isEqualTo(5);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("Java heap space", "per_device_train_batch_size");
  }
}
