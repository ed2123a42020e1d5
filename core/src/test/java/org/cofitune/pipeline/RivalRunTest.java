package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cofitune.method.MethodName;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rivals of the soft mask, from recipe to delta. */
final class RivalRunTest {
  private static final Set<String> FEW =
      Set.of(
          "model.layers.1.mlp.up_proj.weight",
          "model.layers.1.mlp.down_proj.weight",
          "model.layers.2.mlp.up_proj.weight",
          "model.layers.2.mlp.down_proj.weight");

  @TempDir Path directory;
  private Path model;
  private Path rows;
  private Path general;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("base"));
    rows = write("rows.jsonl", "row number");
    general = write("general.jsonl", "of general interest");
  }

  private Path write(String file, String text) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      lines.append("{\"text\": \"%s %d\"}\n".formatted(text, i));
    }
    return Files.writeString(directory.resolve(file), lines);
  }

  static Stream<Arguments> methods() {
    return Stream.of(
        Arguments.of("l1", false),
        Arguments.of("l2", false),
        Arguments.of("kl", true),
        Arguments.of("dft", false),
        Arguments.of("eaft", false),
        Arguments.of("hft", false),
        Arguments.of("region", true));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void anInterruptedRunGoesOnToTheSameBytes(String method, boolean replays) {
    train(recipe("whole", method, replays));
    try (TrainingRun run = TrainingRun.prepare(recipe("parts", method, replays))) {
      run.execute(List.of(), () -> true);
    }

    train(recipe("parts", method, replays).with("resume=true"));

    assertThat(directory.resolve("parts/delta/delta.safetensors"))
        .hasSameBinaryContentAs(directory.resolve("whole/delta/delta.safetensors"));
  }

  @ParameterizedTest
  @CsvSource({
    "l1, penalty.l1=0.7, penalty",
    "l2, penalty.target=gradient, penalty",
    "kl, kl.beta=0.7, kl",
    "eaft, eaft.top_k=7, eaft",
    "hft, hft.seed=7, hft",
    "dft, method=eaft, eaft",
    "dft, replay.ratio=0.2, replay.ratio"
  })
  void aCheckpointIsNotGoneOnWithUnderOtherSettings(String method, String other, String named) {
    try (TrainingRun run = TrainingRun.prepare(recipe("run", method, true))) {
      run.execute(List.of(), () -> true);
    }

    assertThatThrownBy(() -> train(recipe("run", method, true).with("resume=true").with(other)))
        .hasMessageContaining("the checkpoint is of another run")
        .hasMessageContaining("expected " + named);
  }

  @ParameterizedTest
  @EnumSource(
      value = MethodName.class,
      names = {"L1", "L2", "KL", "DFT", "EAFT", "HFT"})
  void theMethodIsDescribedWhereverTheRunIs(MethodName method) throws IOException {
    train(recipe("run", method.word(), true));

    for (String file : List.of("delta/cofitune.json", "environment.json")) {
      JsonNode described =
          new ObjectMapper()
              .readTree(directory.resolve("run").resolve(file).toFile())
              .path("method");
      assertThat(described.path("name").asText()).isEqualTo(method.word());
      assertThat(described.path("does").asText()).isNotBlank();
      assertThat(described.at("/replay/ratio").asDouble()).isEqualTo(0.5);
    }
  }

  @Test
  void hftChangesExactlyTheHalfThatItChose() {
    Recipe recipe = recipe("run", "hft", false).with("region=all").with("save_merged_model=true");
    train(recipe);

    Set<String> trained;
    try (Checkpoint delta = Checkpoint.open(directory.resolve("run/model"))) {
      trained = changed(delta);
    }
    assertThat(trained).isNotEmpty();
    for (int layer = 0; layer < 4; layer++) {
      String attention = "model.layers." + layer + ".self_attn.";
      assertThat(trained).filteredOn(name -> name.startsWith(attention)).hasSize(2);
    }
    Explanation explanation = Explanation.of(recipe);
    assertThat(
            explanation.modules().stream()
                .filter(share -> share.fate() == ModuleShare.Fate.TRAINED)
                .mapToLong(ModuleShare::parameters)
                .sum())
        .isEqualTo(trained.stream().mapToLong(name -> parameters(name)).sum());
  }

  private long parameters(String name) {
    try (Checkpoint base = Checkpoint.open(model)) {
      return base.entry(name).bytes() / Float.BYTES;
    }
  }

  private Set<String> changed(Checkpoint tuned) {
    try (Checkpoint base = Checkpoint.open(model)) {
      return base.tensorNames().stream()
          .filter(
              name -> !Fingerprint.ofTensor(tuned, name).equals(Fingerprint.ofTensor(base, name)))
          .collect(java.util.stream.Collectors.toSet());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void onlyTheRegionChanges(String method, boolean replays) {
    train(recipe("run", method, replays).with("save_merged_model=true"));

    try (Checkpoint tuned = Checkpoint.open(directory.resolve("run/model"))) {
      assertThat(changed(tuned)).isNotEmpty().isSubsetOf(FEW);
    }
  }

  @ParameterizedTest
  @CsvSource({"dft, cross_entropy", "eaft, cross_entropy", "kl, divergence"})
  void everyLoggedStepSaysWhatTheLossIsMadeOf(String method, String part) throws IOException {
    train(recipe("run", method, false));

    assertThat(Files.readAllLines(directory.resolve("run/events.jsonl")))
        .filteredOn(line -> line.contains("\"event\":\"step\""))
        .hasSize(4)
        .allMatch(line -> line.contains("\"" + part + "\":"));
  }

  @ParameterizedTest
  @CsvSource({
    "penalty.l2=-1, penalty.l2",
    "kl.beta=-1, kl.beta",
    "eaft.top_k=1, eaft.top_k",
    "replay.ratio=-1, replay.ratio"
  })
  void impossibleSettingsAreRefusedByTheirKey(String setting, String key) {
    assertThatThrownBy(() -> TrainingRun.prepare(recipe("run", "l2", false).with(setting)))
        .hasMessageContaining(key);
  }

  private Recipe recipe(String run, String method, boolean replays) {
    Recipe recipe =
        Recipe.ofDefaults()
            .withOption("model_name_or_path", model, "--model")
            .withOption("dataset", List.of(rows), "--data")
            .withOption("output_dir", directory.resolve(run), "--out")
            .with("method=" + method)
            .with("region=1-2:up_proj,down_proj")
            .with("device=cpu")
            .with("learning_rate=1e-3")
            .with("per_device_train_batch_size=2")
            .with("save_merged_model=false")
            .with("save_steps=2")
            .with("max_steps=4");
    return replays
        ? recipe.withOption("replay.dataset", List.of(general), "--set").with("replay.ratio=0.5")
        : recipe;
  }

  private static void train(Recipe recipe) {
    try (TrainingRun run = TrainingRun.prepare(recipe)) {
      run.execute(List.of(), () -> false);
    }
  }
}
