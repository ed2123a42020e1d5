package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of the README, in its order, on a small model. */
final class ReadmeTest {
  private static final Path README = DocumentedCommands.ROOT.resolve("README.md");

  @TempDir Path directory;

  @Test
  void everyCommandRuns() throws IOException {
    List<String> run = new ArrayList<>();
    for (List<String> words : DocumentedCommands.in(directory).of(README)) {
      DocumentedCommands.run(words);
      run.add(words.get(0));
    }

    assertThat(run)
        .containsExactly(
            "train",
            "preview",
            "estimate",
            "train",
            "generate",
            "merge",
            "dial",
            "prune",
            "importance",
            "train",
            "evaluate",
            "evaluate",
            "run",
            "importance",
            "compare");
    assertThat(directory.resolve("models/half/model.safetensors")).exists();
  }

  @Test
  void theTestCommandIsTheOneThatContinuousIntegrationRuns() throws IOException {
    assertThat(Files.readString(README)).contains("\n    mvn -B verify ");
    assertThat(Files.readString(DocumentedCommands.ROOT.resolve(".ci/run")))
        .contains("\nmvn -B verify ");
  }
}
