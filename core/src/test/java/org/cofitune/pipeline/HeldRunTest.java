package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs whose frozen matrices are quantised or streamed. */
final class HeldRunTest {
  private static final String DELTA = "/delta/delta.safetensors";

  @TempDir Path directory;
  private Path model;
  private Path rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      text.append("{\"instruction\": \"Count to %d.\", \"output\": \"done %d\"}\n".formatted(i, i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"region", "lora", "l1", "l2", "kl", "dft", "eaft", "hft"})
  void everyMethodTrainsTheSameBesideStreamedWeights(String method) {
    Recipe recipe = recipe("resident", method);
    train(recipe);

    train(recipe("streamed", method).with("offload=[frozen,optimizer,activations]"));

    assertThat(directory.resolve("streamed" + DELTA))
        .hasSameBinaryContentAs(directory.resolve("resident" + DELTA));
  }

  @ParameterizedTest
  @ValueSource(strings = {"region", "lora", "l2", "kl", "dft", "hft"})
  void whatIsFrozenKeepsItsStoredBytesInTheMergedModel(String method) {
    train(recipe("run", method).with("frozen_dtype=nf4"));

    Map<String, String> before = fingerprints(model);
    Map<String, String> after = fingerprints(directory.resolve("run/model"));
    before.keySet().removeIf(name -> before.get(name).equals(after.get(name)));
    boolean all = method.equals("hft");
    assertThat(before).isNotEmpty();
    if (!all) {
      assertThat(before).containsOnlyKeys("model.layers.2.mlp.up_proj.weight");
    }
  }

  @Test
  void aRunSaysWhatItsNeighboursWere() throws IOException {
    train(recipe("run", "region").with("frozen_dtype=int8").with("offload=frozen"));

    JsonNode engine =
        new ObjectMapper()
            .readTree(directory.resolve("run/environment.json").toFile())
            .path("engine");
    assertThat(engine.path("frozen_dtype").asText()).isEqualTo("int8");
    assertThat(engine.path("offload").toString()).isEqualTo("[\"frozen\"]");
  }

  @Test
  void aRunGoesOnBesideTheSameNeighboursOnly() {
    Recipe recipe = recipe("parts", "region").with("frozen_dtype=nf4");
    train(recipe("whole", "region").with("frozen_dtype=nf4"));
    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      run.execute(List.of(), () -> true);
    }

    assertThatThrownBy(() -> train(recipe("parts", "region").with("resume=true")))
        .hasMessageContaining("frozen_dtype nf4");
    train(recipe.with("resume=true").with("offload=frozen"));

    assertThat(directory.resolve("parts" + DELTA))
        .hasSameBinaryContentAs(directory.resolve("whole" + DELTA));
  }

  @Test
  void aRecipeIsRefusedWhereItSaysSo() {
    assertThatThrownBy(
            () ->
                TrainingRun.prepare(
                    recipe("run", "region")
                        .with("gradient_checkpointing=false")
                        .with("frozen_dtype=nf4")))
        .hasMessageContaining("--set: frozen_dtype")
        .hasMessageContaining("gradient_checkpointing");
    assertThatThrownBy(() -> recipe("run", "region").with("offload=[disk]"))
        .hasMessageContaining("offload");
  }

  @ParameterizedTest
  @ValueSource(strings = {"frozen_dtype=nf4", "offload=frozen", "shard_frozen=true"})
  void aSearchKeepsWeightsAsTheyAreStored(String setting) {
    Recipe recipe = recipe("run", "region").with("region=search").with(setting);

    assertThatThrownBy(() -> SearchRun.prepare(recipe))
        .hasMessageContaining("a search keeps all weights as they are stored")
        .hasMessageContaining("--set: " + setting.replaceAll("=.*", ""));
  }

  private static void train(Recipe recipe) {
    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      run.execute(List.of(), () -> false);
    }
  }

  private static Map<String, String> fingerprints(Path folder) {
    Map<String, String> fingerprints = new TreeMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      for (String name : checkpoint.tensorNames()) {
        fingerprints.put(name, Fingerprint.ofTensor(checkpoint, name).sha256());
      }
    }
    return fingerprints;
  }

  private Recipe recipe(String run, String method) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("dataset", List.of(rows), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .with("region=" + (method.equals("hft") ? "all" : "50%-75%:up_proj"))
        .with("method=" + method)
        .with("device=cpu")
        .with("dtype=float32")
        .with("learning_rate=1e-3")
        .with("val_size=4")
        .with("per_device_train_batch_size=2")
        .with("gradient_checkpointing=true")
        .with("save_steps=2")
        .with("max_steps=4");
  }
}
