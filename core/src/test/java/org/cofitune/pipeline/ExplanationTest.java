package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.pipeline.ModuleShare.Fate;
import org.cofitune.testing.ImportanceFiles;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExplanationTest {
  /** Half of the units one deviation above, half below: with n - 1, a little less. */
  private static final double HALVES = 1 - Math.tanh(Math.sqrt(31 / 32.0));

  @TempDir Path directory;
  private Recipe recipe;

  @BeforeEach
  void writeModelAndImportance() {
    Path model = TinyModel.llama().writeTo(directory.resolve("base"));
    ImportanceFiles.write(directory.resolve("importance"), model, (layer, unit) -> unit % 2);
    recipe =
        Recipe.ofDefaults()
            .withOption("model_name_or_path", model, "--model")
            .with("region=1-2:gate_proj,down_proj");
  }

  @Test
  void everyModuleIsTrainedMaskedOrFrozenInEveryLayer() {
    Explanation explanation =
        Explanation.of(
            recipe
                .with("method=cofitune")
                .withOption("importance_dir", directory.resolve("importance"), "--importance"));

    assertThat(shares(explanation, "up_proj"))
        .containsExactly(new ModuleShare("up_proj", 0, 3, Fate.FROZEN, 8192, 0, null));
    assertThat(shares(explanation, "gate_proj"))
        .containsExactly(
            new ModuleShare("gate_proj", 0, 0, Fate.FROZEN, 2048, 0, null),
            new ModuleShare("gate_proj", 1, 2, Fate.TRAINED, 4096, 0, null),
            new ModuleShare("gate_proj", 3, 3, Fate.FROZEN, 2048, 0, null));
    ModuleShare masked = shares(explanation, "down_proj").get(1);
    assertThat(masked.fate()).isEqualTo(Fate.MASKED);
    assertThat(masked.maskedRows()).isEqualTo(64);
    assertThat(masked.meanFactor()).isCloseTo(HALVES, within(1e-12));
    assertThat(shares(explanation, "embed_tokens"))
        .containsExactly(
            new ModuleShare("embed_tokens", null, null, Fate.FROZEN, 259 * 32, 0, null));
  }

  @Test
  void theSharesAddUpToTheModelAndTheRegion() {
    Explanation explanation = Explanation.of(recipe);

    List<ModuleShare> all = explanation.modules();
    assertThat(all.stream().mapToLong(ModuleShare::parameters).sum())
        .isEqualTo(explanation.estimate().parameters());
    assertThat(
            all.stream()
                .filter(share -> share.fate() != Fate.FROZEN)
                .mapToLong(ModuleShare::parameters)
                .sum())
        .isEqualTo(explanation.estimate().trainedParameters());
    assertThat(explanation.schedule()).isNull();
  }

  @Test
  void withRowsTheScheduleHasItsTurningPoints() throws Exception {
    Path rows =
        Files.writeString(directory.resolve("rows.jsonl"), "{\"text\": \"abc\"}\n".repeat(80));

    Explanation explanation =
        Explanation.of(
            recipe.withOption("dataset", List.of(rows), "--data").with("warmup_ratio=0.1"));

    assertThat(explanation.schedule())
        .isEqualTo(
            new Explanation.Schedule(
                "cosine",
                3,
                List.of(
                    new Explanation.Rate(1, 0),
                    new Explanation.Rate(4, 4e-5),
                    new Explanation.Rate(16, rate(12)),
                    new Explanation.Rate(30, rate(26)))));
  }

  private static double rate(int afterWarmup) {
    return 4e-5 * 0.5 * (1 + Math.cos(Math.PI * afterWarmup / 27));
  }

  private static List<ModuleShare> shares(Explanation explanation, String module) {
    return explanation.modules().stream().filter(share -> share.module().equals(module)).toList();
  }
}
