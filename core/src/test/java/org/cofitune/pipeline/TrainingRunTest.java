package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingRunTest {
  @TempDir Path directory;
  private Path model;
  private Path rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append("{\"instruction\": \"Count to %d.\", \"output\": \"done %d\"}\n".formatted(i, i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
  }

  @Test
  void aRunLeavesEverythingThatItsFolderPromises() throws IOException {
    List<TrainingEvent> events = new ArrayList<>();

    try (TrainingRun run = TrainingRun.prepare(recipe("run"))) {
      TrainingResult result = run.execute(List.of(events::add), () -> false);
      assertThat(result.end()).isEqualTo(TrainingResult.End.COMPLETE);
    }

    RunDirectory run = new RunDirectory(directory.resolve("run"));
    assertThat(Recipe.ofFile(run.recipe()).toJson())
        .isEqualTo(recipe("run").with("cutoff_len=256").toJson());
    assertThat(Files.readString(run.recipe()))
        .containsPattern("(?m)^cutoff_len: 256 +# the model's max_position_embeddings$")
        .containsPattern("(?m)^val_size: 4.0 +# --set$");
    JsonNode environment = json(run.environment());
    assertThat(environment.at("/data/0/rows").asInt()).isEqualTo(12);
    assertThat(environment.at("/engine/dtype").asText()).isEqualTo("float32");
    try (Checkpoint base = Checkpoint.open(model)) {
      assertThat(environment.at("/model/sha256").asText())
          .isEqualTo(Fingerprint.ofCheckpoint(base).sha256());
    }
    assertThat(Files.readAllLines(run.events())).hasSizeGreaterThan(5);
    assertThat(run.tensorboard()).isNotEmptyDirectory();
    assertThat(run.checkpoints().resolve("step-000004/MANIFEST.json")).exists();
    assertThat(run.delta().resolve("delta.safetensors")).exists();
    assertThat(run.model().resolve("README.md"))
        .content()
        .contains("base_model: base", "Region `2-2:up_proj`", "| dataset | rows.jsonl |");
    assertThat(events).hasAtLeastOneElementOfType(TrainingEvent.Evaluated.class);
  }

  @Test
  void onlyTheRegionChanges() {
    train(recipe("run"));

    Map<String, String> before = fingerprints(model);
    Map<String, String> after = fingerprints(directory.resolve("run/model"));
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach(
        (name, fingerprint) ->
            assertThat(fingerprint.equals(before.get(name)))
                .as(name)
                .isEqualTo(!name.equals("model.layers.2.mlp.up_proj.weight")));
  }

  @Test
  void anInterruptedRunGoesOnToTheSameBytes() {
    train(recipe("whole"));
    try (TrainingRun run = TrainingRun.prepare(recipe("parts"))) {
      TrainingResult result = run.execute(List.of(), () -> true);
      assertThat(result.end()).isEqualTo(TrainingResult.End.INTERRUPTED);
      assertThat(run.directory().delta()).doesNotExist();
    }
    assertThatThrownBy(() -> train(recipe("parts")))
        .hasMessageContaining("output directory is in use: ")
        .hasMessageContaining("go on with --resume");

    train(recipe("parts").with("resume=true"));

    assertThat(directory.resolve("parts/delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/delta/delta.safetensors"));
    assertThat(directory.resolve("parts/model/model.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/model/model.safetensors"));
  }

  @Test
  void aFolderSaysHowItsLastProcessEnded() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(recipe("run"))) {
      run.execute(List.of(), () -> true);
    }
    assertThat(json(directory.resolve("run/end.json")).path("end").asText())
        .isEqualTo("interrupted");

    Recipe again = recipe("run").with("resume=true");
    try (TrainingRun run = TrainingRun.prepare(again)) {
      assertThatThrownBy(
              () ->
                  run.execute(
                      List.of(
                          event -> {
                            throw new IllegalStateException("the disk burns\nslowly");
                          }),
                      () -> false))
          .hasMessageContaining("the disk burns");
    }
    JsonNode end = json(directory.resolve("run/end.json"));
    assertThat(end.path("end").asText()).isEqualTo("failed");
    assertThat(end.path("message").asText()).endsWith("IllegalStateException: the disk burns");

    train(again);
    assertThat(json(directory.resolve("run/end.json")).path("end").asText()).isEqualTo("finished");
  }

  @Test
  void anInterruptedRunWithAPrefixCacheGoesOnToTheSameBytes() {
    train(recipe("whole").with("prefix_cache=true"));
    try (TrainingRun run = TrainingRun.prepare(recipe("parts").with("prefix_cache=true"))) {
      run.execute(List.of(), () -> true);
    }
    assertThatThrownBy(() -> train(recipe("parts").with("resume=true")))
        .hasMessageContaining("prefix_cache true");

    train(recipe("parts").with("resume=true").with("prefix_cache=true"));

    assertThat(directory.resolve("parts/delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/delta/delta.safetensors"));
  }

  @Test
  void resumeBeginsARunWhereThereIsNone() {
    train(recipe("run").with("resume=true"));

    assertThat(directory.resolve("run/delta")).exists();
  }

  @Test
  void whatAProcessLeftThatWasKilledAsItBeganIsNoObstacle() throws IOException {
    train(recipe("whole"));
    Path run = Files.createDirectories(directory.resolve("run"));
    Files.writeString(run.resolve(".recipe.yaml.tmp-0123456789abcdef"), "half");

    train(recipe("run"));

    assertThat(run.resolve("delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/delta/delta.safetensors"));
    assertThat(run.resolve(".recipe.yaml.tmp-0123456789abcdef")).doesNotExist();
  }

  @Test
  void aProcessKilledBeforeItDescribedTheRunIsResumed() throws IOException {
    train(recipe("run"));
    Path run = directory.resolve("run");
    byte[] recipe = Files.readAllBytes(run.resolve("recipe.yaml"));
    AtomicDirectory.remove(run);
    Files.createDirectories(run);
    Files.write(run.resolve("recipe.yaml"), recipe);

    train(recipe("run").with("resume=true"));

    assertThat(run.resolve("environment.json")).exists();
    assertThat(run.resolve("recipe.yaml")).hasBinaryContent(recipe);
  }

  @Test
  void aProcessKilledBeforeItSaidThatTheRunIsFinishedIsResumedToTheEnd() throws IOException {
    train(recipe("run"));
    Path end = directory.resolve("run/end.json");
    byte[] said = Files.readAllBytes(end);
    Files.delete(end);

    assertThatThrownBy(() -> train(recipe("run"))).hasMessageContaining("the run is finished");
    train(recipe("run").with("resume=true"));

    assertThat(end).hasBinaryContent(said);
  }

  @Test
  void whatIsTrainedDoesNotDependOnHowARunGoesOn() {
    train(recipe("whole"));
    train(recipe("again").with("resume=true"));

    assertThat(directory.resolve("again/recipe.yaml"))
        .content()
        .isEqualTo(content("whole/recipe.yaml").replace("/whole", "/again"));
  }

  private String content(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFinishedRunIsNotTrainedAgain() {
    train(recipe("run"));

    assertThatThrownBy(() -> train(recipe("run").with("resume=true")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("the run is finished");
  }

  @Test
  void aFolderWithOtherFilesIsLeftAlone() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(directory.resolve("run/thesis.txt"), "years");

    assertThatThrownBy(() -> train(recipe("run")))
        .hasMessageContaining("run: output directory is in use")
        .hasMessageContaining("other files");
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() throws IOException {
    assertThatThrownBy(() -> train(recipe("run").with("region=9:ffn")))
        .hasMessageContaining("impossible region");
    Files.writeString(rows, "{\"instruction\": \"a\", \"output\": \"b\"}\n{");
    assertThatThrownBy(() -> train(recipe("run"))).hasMessageContaining("rows.jsonl:2");
    Files.delete(model.resolve("model.safetensors"));
    assertThatThrownBy(() -> train(recipe("run"))).hasMessageContaining("safetensors");

    assertThat(directory.resolve("run")).doesNotExist();
  }

  @Test
  void theAuthorsConfigHasItsSay() throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("train_data_config.json"),
            "{\"data_paths\": [\"rows.jsonl\"], \"train_proportion\": 3, \"eval_proportion\": 1,"
                + " \"max_seq_len\": 155}");
    Recipe recipe =
        recipe("run").with("val_size=null").withOption("dataset", List.of(config), "--data");

    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      assertThat(run.data().train()).hasSize(9).allMatch(row -> row.tokens() == 155);
      assertThat(run.data().eval()).hasSize(3);
    }
    try (TrainingRun run = TrainingRun.prepare(recipe.with("cutoff_len=157"))) {
      assertThat(run.data().train()).anyMatch(row -> row.tokens() == 157);
    }
  }

  @Test
  void missingKeysAreNamed() {
    assertThatThrownBy(() -> TrainingRun.prepare(Recipe.ofDefaults()))
        .hasMessageStartingWith("train needs a value for model_name_or_path, dataset, output_dir");
  }

  private Recipe recipe(String run) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("dataset", List.of(rows), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .with("region=50%-75%:up_proj")
        .with("device=cpu")
        .with("learning_rate=1e-3")
        .with("val_size=4")
        .with("per_device_train_batch_size=2")
        .with("save_steps=2")
        .with("max_steps=4");
  }

  private static void train(Recipe recipe) {
    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      run.execute(List.of(), () -> false);
    }
  }

  private static Map<String, String> fingerprints(Path folder) {
    Map<String, String> fingerprints = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      checkpoint
          .tensorNames()
          .forEach(name -> fingerprints.put(name, Fingerprint.ofTensor(checkpoint, name).sha256()));
    }
    return fingerprints;
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
