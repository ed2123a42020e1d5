package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {
  @TempDir Path directory;
  private Path run;

  @BeforeEach
  void writeRun() throws IOException {
    run = Files.createDirectories(directory.resolve("first"));
    Files.writeString(run.resolve("recipe.yaml"), "seed: 7 # --set\n");
  }

  @Test
  void theReportLiesInTheRunsFolder() throws IOException {
    CommandRun command = CommandRun.of("report", run.toString());

    assertThat(command.status()).as(command.err()).isZero();
    assertThat(command.out()).isEqualTo("report   " + run.resolve("report.html") + "\n");
    assertThat(Files.readString(run.resolve("report.html")))
        .startsWith("<!doctype html>")
        .contains("<h1>first</h1>", "--set");
  }

  @Test
  void anotherFileCanBeNamed() throws IOException {
    Path out = directory.resolve("pages/first.html");

    CommandRun command = CommandRun.of("report", run.toString(), "--out", out.toString(), "--json");

    assertThat(command.status()).as(command.err()).isZero();
    assertThat(new ObjectMapper().readTree(command.out()).path("report").asText())
        .isEqualTo(out.toString());
    assertThat(out).isNotEmptyFile();
    assertThat(run.resolve("report.html")).doesNotExist();
  }

  @Test
  void aFolderWithoutARunIsRefusedInOneLine() {
    CommandRun command = CommandRun.of("report", directory.toString());

    assertThat(command.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(command.err()).contains("no run there", directory.toString()).hasLineCount(1);
  }
}
