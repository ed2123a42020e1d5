package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rivals of the soft mask, through the command line. */
final class RivalTrainTest {
  @TempDir Path directory;
  private Path model;
  private String rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("base"));
    rows =
        Files.writeString(directory.resolve("rows.jsonl"), "{\"text\": \"a row\"}\n".repeat(8))
            .toString();
  }

  @ParameterizedTest
  @CsvSource({
    "l1, 'l1: L1 penalty on the distance from the base, strength 0.1, on the update'",
    "l2, 'l2: L2 penalty on the distance from the base, strength 100.0, on the update'",
    "kl, 'divergence from the base''s predictions is added to the loss, beta 0.1'",
    "dft, 'dft: each token''s loss times the probability of its target'",
    "eaft, 'times the entropy of the prediction, top 20, exponent 1.0'",
    "hft, 'a random half of each layer''s matrices is trained, seed 42'"
  })
  void everyMethodTrainsTheWholeModelUnlessTold(String method, String explained) {
    CommandRun explanation = CommandRun.of(train(method, "--explain"));
    CommandRun run = CommandRun.of(train(method, "--json"));

    assertThat(explanation.out()).contains(explained);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"end\":\"complete\"");
    assertThat(directory.resolve("run/delta/delta.safetensors")).exists();
  }

  @Test
  void explainSaysWhatIsReplayed() {
    CommandRun run =
        CommandRun.of(
            train(
                "region",
                "--explain",
                "--set",
                "replay.dataset=" + rows,
                "--set",
                "replay.ratio=0.25"));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).containsPattern("(?m)^replay   0.25 general rows for each row, from ");
  }

  @Test
  void theHelpNamesEveryMethod() {
    assertThat(CommandRun.of("train", "--help").out())
        .contains("l1", "l2", "kl", "dft", "eaft", "hft", "docs/methods.md");
  }

  private String[] train(String method, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("train", "--model", model.toString(), "--data", rows, "--method", method));
    words.addAll(List.of("--out", directory.resolve("run").toString()));
    words.addAll(List.of("--set", "device=cpu", "--set", "max_steps=1"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
