package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Projection;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.ImportanceFiles;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training with the soft mask, through the command line. */
final class MaskedTrainTest {
  /** Far enough from the other units of its layer that its importance is 1 in float64. */
  private static final int OUTLIER = 37;

  @TempDir Path directory;
  private Path model;
  private Path importance;
  private String rows;

  @BeforeEach
  void writeModelRowsAndImportance() throws IOException {
    model =
        new TinyModel("llama", 2, 256, 2, 256, 0, false, "F32", 1)
            .writeTo(directory.resolve("base"));
    importance =
        ImportanceFiles.write(
            directory.resolve("importance"), model, (layer, unit) -> unit == OUTLIER ? 1 : 0);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append("{\"text\": \"row %d\"}\n".formatted(i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text).toString();
  }

  @Test
  void aRowOfImportanceOneKeepsItsBytesAndEveryOtherMoves() {
    CommandRun run = CommandRun.of(masked("--set", "max_steps=4"));

    assertThat(run.status()).as(run.err()).isZero();
    Engine.start(EngineOptions.defaults().withDevice("cpu"));
    String name = Projection.UP_PROJ.weight(1);
    double[] before = weights(model, name);
    double[] after = weights(directory.resolve("run/model"), name);
    int columns = 256;
    for (int row = 0; row < before.length / columns; row++) {
      int from = row * columns;
      boolean same = Arrays.equals(before, from, from + columns, after, from, from + columns);
      assertThat(same).as("row %d", row).isEqualTo(row == OUTLIER);
    }
  }

  @Test
  void theProgressLineSaysHowMuchTheMaskRemoves() {
    CommandRun run = CommandRun.of(masked("--set", "max_steps=2"));

    assertThat(run.err()).containsPattern("(?m)^step 1/2 .* mask \\d+ %  ");
  }

  @Test
  void aMaskOfGradientsIsNotShownAsOneOfUpdates() {
    CommandRun run =
        CommandRun.of(masked("--set", "max_steps=1", "--set", "soft_mask.target=gradient"));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).containsPattern("(?m)^step 1/1 .* mask \\d+ % of gradient  ");
  }

  @Test
  void importanceThatNothingUsesIsRefused() {
    CommandRun run =
        CommandRun.of(
            "train",
            "--model",
            model.toString(),
            "--data",
            rows,
            "--out",
            "x",
            "--importance",
            importance.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--importance: ", "add --method cofitune");
  }

  @Test
  void explainSaysWhatIsMaskedAndFrozenAndLeavesNothing() {
    CommandRun run = CommandRun.of(masked("--explain"));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("method   cofitune: soft mask on the update, strength 1.0, importance of")
        .containsPattern("(?m)^up_proj  1       masked        131k          512         0.95\\d$")
        .contains("layers 0: up_proj\n")
        .containsPattern("(?m)^steps    9 of 8 rows$")
        .containsPattern("(?m)^rate     cosine, 4.00e-05 at step 1, ");
    assertThat(directory.resolve("run")).doesNotExist();
  }

  @Test
  void explainDoesNotLoadTheEngine() throws Exception {
    Path loaded = directory.resolve("loaded.txt");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "-Xlog:class+load:file=" + loaded,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    words.addAll(List.of(masked("--explain", "--json")));
    Process explained =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("explained.txt").toFile())
            .start();

    assertThat(explained.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(directory.resolve("explained.txt")))
        .contains("\"fate\":\"masked\"");
    assertThat(explained.exitValue()).isZero();
    assertThat(Files.readString(loaded)).doesNotContain(" org.bytedeco.");
  }

  private static double[] weights(Path folder, String name) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(checkpoint.tensor(name));
    }
  }

  private String[] masked(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                model.toString(),
                "--data",
                rows,
                "--out",
                directory.resolve("run").toString(),
                "--region",
                "1:up_proj",
                "--method",
                "cofitune",
                "--importance",
                importance.toString(),
                "--set",
                "device=cpu"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
