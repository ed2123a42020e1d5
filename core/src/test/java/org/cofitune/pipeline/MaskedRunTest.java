package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.ImportanceFiles;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training with the soft mask, from recipe to delta. */
final class MaskedRunTest {
  private static final String REGION = "1-2:up_proj,down_proj";

  @TempDir Path directory;
  private Path model;
  private Path rows;
  private Path importance;

  @BeforeEach
  void writeModelRowsAndImportance() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append("{\"text\": \"row number %d\"}\n".formatted(i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
    importance = directory.resolve("importance");
    ImportanceFiles.write(importance.resolve("made-up"), model, (layer, unit) -> unit * unit % 7);
  }

  @Test
  void anInterruptedMaskedRunGoesOnToTheSameBytes() {
    train(masked("whole"));
    try (TrainingRun run = TrainingRun.prepare(masked("parts"))) {
      run.execute(List.of(), () -> true);
    }

    train(masked("parts").with("resume=true"));

    assertThat(directory.resolve("parts/delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/delta/delta.safetensors"));
  }

  @Test
  void aCheckpointIsNotGoneOnWithUnderAnotherMask() throws IOException {
    try (TrainingRun run = TrainingRun.prepare(masked("run"))) {
      run.execute(List.of(), () -> true);
    }
    Recipe resumed = masked("run").with("resume=true");

    assertThatThrownBy(() -> train(resumed.with("soft_mask.strength=0.5")))
        .hasMessageContaining("the checkpoint is of another run")
        .hasMessageContaining("soft mask");
    assertThatThrownBy(() -> train(resumed.with("method=region").with("importance_dir=null")))
        .hasMessageContaining("the checkpoint is of another run");
    ImportanceFiles.write(importance.resolve("made-up"), model, (layer, unit) -> unit % 3);
    assertThatThrownBy(() -> train(resumed)).hasMessageContaining("expected importance ");
  }

  @Test
  void aMaskedRunBesideStreamedWeightsGivesTheSameBytes() {
    train(masked("resident"));

    train(masked("streamed").with("gradient_checkpointing=true").with("offload=frozen"));

    assertThat(directory.resolve("streamed/delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("resident/delta/delta.safetensors"));
  }

  @Test
  void onlyTheRegionChanges() {
    train(masked("run").with("save_merged_model=true"));

    try (Checkpoint base = Checkpoint.open(model);
        Checkpoint tuned = Checkpoint.open(directory.resolve("run/model"))) {
      for (String name : base.tensorNames()) {
        boolean inRegion = name.matches(".*layers\\.[12]\\.mlp\\.(up|down)_proj.*");
        assertThat(Fingerprint.ofTensor(tuned, name).equals(Fingerprint.ofTensor(base, name)))
            .as(name)
            .isEqualTo(!inRegion);
      }
    }
  }

  @Test
  void theMaskIsDescribedWhereverTheRunIs() throws IOException {
    train(masked("run").with("save_merged_model=true"));

    for (String file : List.of("delta/cofitune.json", "environment.json")) {
      JsonNode method = json(directory.resolve("run").resolve(file)).path("method");
      assertThat(method.path("name").asText()).as(file).isEqualTo("cofitune");
      assertThat(method.at("/soft_mask/target").asText()).isEqualTo("update");
      assertThat(method.at("/soft_mask/corpora/0/name").asText()).isEqualTo("made-up");
    }
    assertThat(directory.resolve("run/model/README.md"))
        .content()
        .contains("| soft mask | update, strength 1.0 |", "| importance of | made-up |");
  }

  @Test
  void everyLoggedStepSaysHowMuchTheMaskRemoved() throws IOException {
    train(masked("run"));

    assertThat(Files.readAllLines(directory.resolve("run/events.jsonl")))
        .filteredOn(line -> line.contains("\"event\":\"step\""))
        .hasSize(4)
        .allMatch(line -> line.contains("\"measured\":{\"mask_removed\":0."));
    assertThat(directory.resolve("run/tensorboard"))
        .isDirectoryContaining(file -> contains(file, "train/mask_removed"));
  }

  @Test
  void theMaskDecidesHowFarRowsMove() {
    train(masked("masked"));
    train(masked("plain").with("method=region").with("importance_dir=null"));

    assertThat(directory.resolve("masked/delta/delta.safetensors"))
        .satisfies(
            file ->
                assertThat(Files.mismatch(file, directory.resolve("plain/delta/delta.safetensors")))
                    .isNotEqualTo(-1));
  }

  @Test
  void importanceOfAnotherModelIsRefusedUnlessAllowed() {
    Path other = TinyModel.llama().withSeed(2).writeTo(directory.resolve("other"));
    try (ImportanceRun run =
        ImportanceRun.prepare(
            Recipe.ofDefaults()
                .withOption("model_name_or_path", other, "--model")
                .withOption("importance.dataset", List.of(rows), "--data")
                .withOption("importance_dir", directory.resolve("foreign"), "--out"),
            Optional.empty())) {
      run.execute(progress -> {}, () -> false);
    }
    Recipe recipe =
        masked("run").withOption("importance_dir", directory.resolve("foreign"), "--importance");

    assertThatThrownBy(() -> train(recipe))
        .hasMessageContaining("importance was measured on another model")
        .hasMessageContaining("soft_mask.allow_other_model");
    assertThat(directory.resolve("run")).doesNotExist();
    train(recipe.with("soft_mask.allow_other_model=true"));
    assertThat(directory.resolve("run/delta")).exists();
  }

  @Test
  void argumentsThatContradictEachOtherAreRefusedWhereTheyStand() {
    refused(
        masked("run").with("region=1-2:o_proj"),
        "--set: region: the soft mask masks nothing of the region");
    refused(
        masked("run").with("method=region"),
        "--importance: importance_dir: method region makes no use of importance");
    refused(masked("run").with("method=v_softmask"), "region: method v_softmask has no region");
    refused(
        masked("run").with("importance_dir=null"),
        "--set: method: method cofitune needs the importance of units");
    refused(
        masked("run").withOption("importance_dir", directory.resolve("no"), "--importance"),
        "no importance there");
  }

  @Test
  void aRuleOfTheRecipeMakesAMaskOfWhatHasNone() {
    train(masked("run").with("region=1-2:o_proj").with("soft_mask.o_proj=output"));

    assertThat(directory.resolve("run/delta")).exists();
  }

  @Test
  void vSoftMaskIsTheMaskOnTheWholeModel() {
    train(masked("run").with("region=all").with("method=v-softmask"));

    assertThat(directory.resolve("run/delta")).exists();
  }

  private static void refused(Recipe recipe, String message) {
    assertThatThrownBy(() -> TrainingRun.prepare(recipe)).hasMessageContaining(message);
  }

  private Recipe masked(String run) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("dataset", List.of(rows), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .withOption("importance_dir", importance, "--importance")
        .with("method=cofitune")
        .with("region=" + REGION)
        .with("device=cpu")
        .with("learning_rate=1e-3")
        .with("per_device_train_batch_size=2")
        .with("save_merged_model=false")
        .with("save_steps=2")
        .with("max_steps=4");
  }

  private static void train(Recipe recipe) {
    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      run.execute(List.of(), () -> false);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
