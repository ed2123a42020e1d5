package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.engine.ranks.RanksInThreads;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs whose processes share the frozen matrices. */
final class ShardedRunTest {
  private static final String DELTA = "/delta/delta.safetensors";

  @TempDir Path directory;
  private Path model;
  private Path rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 13; i++) {
      text.append("{\"instruction\": \"Count to %d.\", \"output\": \"done %d\"}\n".formatted(i, i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
  }

  @ParameterizedTest
  @CsvSource({
    "region, 2, stored",
    "region, 3, int8",
    "lora, 2, stored",
    "lora, 3, int8",
    "kl, 2, stored",
    "l2, 2, nf4",
    "eaft, 3, stored",
    "full, 2, stored"
  })
  void everyMethodLeavesTheSameFiles(String method, int processes, String dtype)
      throws IOException {
    Recipe resident = recipe("resident", method).with("frozen_dtype=" + dtype);
    train(resident, processes, false);

    train(
        recipe("sharded", method).with("frozen_dtype=" + dtype).with("shard_frozen=true"),
        processes,
        false);

    assertThat(directory.resolve("sharded" + DELTA))
        .hasSameBinaryContentAs(directory.resolve("resident" + DELTA));
    try (Stream<Path> merged = Files.list(directory.resolve("resident/model"))) {
      for (Path file : merged.filter(file -> file.toString().endsWith(".safetensors")).toList()) {
        assertThat(directory.resolve("sharded/model").resolve(file.getFileName()))
            .hasSameBinaryContentAs(file);
      }
    }
    assertThat(directory.resolve("sharded/environment.json"))
        .content()
        .contains("\"shard_frozen\": true");
  }

  /** From shared to not shared and back, with more and fewer processes. */
  @Test
  void aRunGoesOnWhoeverHoldsItsFrozenWeights() {
    Recipe sharded = recipe("parts", "region").with("shard_frozen=true");
    train(recipe("whole", "region"), 2, false);

    train(sharded, 2, true);
    train(sharded.with("resume=true").with("shard_frozen=false"), 2, true);
    train(sharded.with("resume=true"), 2, false);

    assertThat(directory.resolve("parts" + DELTA))
        .hasSameBinaryContentAs(directory.resolve("whole" + DELTA));
    train(recipe("other", "region").with("shard_frozen=true"), 3, true);
    train(recipe("other", "region").with("shard_frozen=true").with("resume=true"), 1, false);
    assertThat(directory.resolve("other" + DELTA)).exists();
  }

  @Test
  void whoHasRowsInACacheWouldNotGatherForOthers() {
    Recipe recipe = recipe("run", "region").with("shard_frozen=true").with("prefix_cache=true");

    assertThatThrownBy(() -> TrainingRun.prepare(recipe))
        .hasMessageContaining("--set: shard_frozen")
        .hasMessageContaining("prefix_cache");
  }

  private void train(Recipe recipe, int processes, boolean interrupted) {
    RanksInThreads.run(
        directory,
        processes,
        group -> {
          try (TrainingRun run = TrainingRun.prepare(recipe, group)) {
            return run.execute(List.of(), () -> interrupted);
          }
        });
  }

  private Recipe recipe(String run, String method) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("dataset", List.of(rows), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .with("region=" + (method.equals("full") ? "all" : "50%-75%:up_proj"))
        .with("method=" + (method.equals("full") ? "region" : method))
        .with("device=cpu")
        .with("threads=1")
        .with("dtype=float32")
        .with("learning_rate=1e-3")
        .with("val_size=3")
        .with("per_device_train_batch_size=1")
        .with("gradient_accumulation_steps=2")
        .with("gradient_checkpointing=true")
        .with("save_steps=1")
        .with("eval_steps=1")
        .with("max_steps=5");
  }
}
