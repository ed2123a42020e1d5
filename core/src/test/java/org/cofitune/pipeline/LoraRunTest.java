package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.model.MergedModel;
import org.cofitune.model.adapter.AdapterFolder;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training adapters, from recipe to adapter, delta and merged model. */
final class LoraRunTest {
  @TempDir Path directory;
  private Path model;
  private Path rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append("{\"text\": \"row number %d\"}\n".formatted(i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
  }

  @Test
  void aRunLeavesAdapterDeltaAndModelThatAgree() throws IOException {
    train(lora("run").with("save_merged_model=true"));

    Path merged = directory.resolve("merged");
    try (Checkpoint base = Checkpoint.open(model);
        AdapterFolder adapter = AdapterFolder.open(directory.resolve("run/adapter"))) {
      MergedModel.write(base, adapter, 1, "# A card", merged);
      try (Checkpoint run = Checkpoint.open(directory.resolve("run/model"));
          Checkpoint again = Checkpoint.open(merged)) {
        for (String name : base.tensorNames()) {
          Fingerprint tuned = Fingerprint.ofTensor(run, name);
          boolean adapted = name.matches(".*layers\\.[12]\\.mlp\\.(up|down)_proj.*");
          assertThat(tuned).as(name).isEqualTo(Fingerprint.ofTensor(again, name));
          assertThat(tuned.equals(Fingerprint.ofTensor(base, name))).as(name).isEqualTo(!adapted);
        }
      }
    }
    JsonNode config = json(directory.resolve("run/adapter/adapter_config.json"));
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo(model.toString());
    assertThat(config.path("layers_to_transform").toString()).isEqualTo("[1,2]");
    assertThat(config.path("r").asInt()).isEqualTo(4);
    JsonNode method = json(directory.resolve("run/delta/cofitune.json")).path("method");
    assertThat(method.path("name").asText()).isEqualTo("lora");
    assertThat(method.at("/lora/rank").asInt()).isEqualTo(4);
    assertThat(directory.resolve("run/model/README.md"))
        .content()
        .contains("| method | lora |", "| adapters | rank 4, alpha 16.0, dropout 0.2 |");
  }

  @Test
  void anInterruptedRunGoesOnToTheSameBytes() {
    train(lora("whole"));
    try (TrainingRun run = TrainingRun.prepare(lora("parts"))) {
      run.execute(List.of(), () -> true);
    }
    assertThat(directory.resolve("parts/adapter")).doesNotExist();

    train(lora("parts").with("resume=true"));

    for (String file : List.of("adapter/adapter_model.safetensors", "delta/delta.safetensors")) {
      assertThat(directory.resolve("parts").resolve(file))
          .hasSameBinaryContentAs(directory.resolve("whole").resolve(file));
    }
  }

  @Test
  void aCheckpointIsNotGoneOnWithUnderOtherAdapters() {
    try (TrainingRun run = TrainingRun.prepare(lora("run"))) {
      run.execute(List.of(), () -> true);
    }

    assertThatThrownBy(() -> train(lora("run").with("resume=true").with("lora.alpha=8")))
        .hasMessageContaining("the checkpoint is of another run")
        .hasMessageContaining("alpha 8.0");
  }

  @Test
  void aPrefixCacheHoldsWhatLiesBelowTheLowestAdapter() {
    train(lora("run").with("prefix_cache=true"));

    assertThat(directory.resolve("run/adapter/adapter_model.safetensors")).exists();
  }

  @Test
  void argumentsThatDoNotFitAreRefusedWhereTheyStand() {
    refused("lora.rank=0", "--set: lora.rank: impossible adapters");
    refused("lora.rank=33", "--set: lora.rank: the rank is higher than a weight can have");
    refused("lora.dropout=1", "--set: lora.dropout: impossible adapters");
    refused("lora.target_modules=[q_prj]", "--set: lora.target_modules: impossible adapters");
    refused("lora.target_modules=[q_proj]", "--set: lora.target_modules: a module outside");
  }

  private void refused(String setting, String message) {
    assertThatThrownBy(() -> TrainingRun.prepare(lora("run").with(setting)))
        .hasMessageContaining(message);
    assertThat(directory.resolve("run")).doesNotExist();
  }

  private Recipe lora(String run) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("dataset", List.of(rows), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .with("method=lora")
        .with("lora.rank=4")
        .with("lora.dropout=0.2")
        .with("region=1-2:up_proj,down_proj")
        .with("device=cpu")
        .with("dtype=float32")
        .with("learning_rate=1e-2")
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

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
