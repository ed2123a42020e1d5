package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportanceRunTest {
  @TempDir Path directory;
  private Path model;
  private Path rows;
  private final List<ImportanceProgress> progress = new ArrayList<>();

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append("{\"instruction\": \"Count to %d.\", \"output\": \"done\"}\n".formatted(i));
    }
    rows = Files.writeString(directory.resolve("rows.jsonl"), text);
  }

  @Test
  void anInterruptedMeasurementGoesOnToTheSameBytes() {
    measure(recipe("whole"), false);
    progress.clear();

    assertThat(measure(recipe("parts"), true)).isFalse();
    assertThat(measure(recipe("parts"), false)).isTrue();

    assertThat(progress).extracting(ImportanceProgress::rows).containsExactly(8, 16, 20);
    for (String file : List.of("head_impt.npy", "intermediate_impt.npy", "output_impt.npy")) {
      assertThat(directory.resolve("parts/rows").resolve(file))
          .hasSameBinaryContentAs(directory.resolve("whole/rows").resolve(file));
    }
  }

  @Test
  void aFlippedByteOfAnUnfinishedMeasurementIsFoundAndNamed() throws IOException {
    measure(recipe("parts"), true);
    Path file = directory.resolve("parts/.rows.partial.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 9] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> measure(recipe("parts"), false))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining(file + ": file is damaged");
  }

  @Test
  void whatAProcessLeftThatWasKilledAsItFinishedIsRemoved() throws IOException {
    measure(recipe("parts"), true);
    Path file = directory.resolve("parts/.rows.partial.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    measure(recipe("parts"), false);
    Files.write(file, bytes);

    measure(recipe("parts"), false);

    assertThat(file).doesNotExist();
  }

  @Test
  void anInterruptedMeasurementGoesOnInTheNumberTypeThatItBeganIn() {
    measure(recipe("parts").with("dtype=float64"), true);

    assertThat(measure(recipe("parts").with("dtype=auto"), false)).isTrue();

    assertThat(progress).extracting(ImportanceProgress::rows).containsExactly(8, 16, 20);
  }

  @Test
  void whatTrainingChangedChangesTheImportanceAndTheModelItIsOf() {
    measure(recipe("base"), false);
    Recipe training =
        recipe("none")
            .with("importance_dir=null")
            .withOption("dataset", List.of(rows), "--data")
            .withOption("output_dir", directory.resolve("run"), "--out")
            .with("max_steps=2")
            .with("learning_rate=1e-2");
    try (TrainingRun run = TrainingRun.prepare(training)) {
      run.execute(List.of(), () -> false);
    }
    Optional<Path> delta = Optional.of(directory.resolve("run/delta"));

    assertThatThrownBy(() -> ImportanceRun.prepare(recipe("base"), delta))
        .hasMessageContaining("importance was measured on another model");
    try (ImportanceRun run = ImportanceRun.prepare(recipe("tuned"), delta)) {
      assertThat(run.execute(progress::add, () -> false)).isPresent();
    }

    assertThat(directory.resolve("tuned/rows/head_impt.npy"))
        .exists()
        .satisfies(
            file ->
                assertThat(Files.mismatch(file, directory.resolve("base/rows/head_impt.npy")))
                    .isNotEqualTo(-1));
  }

  @Test
  void aFolderOfOtherFilesIsLeftAlone() throws IOException {
    Files.createDirectories(directory.resolve("used/rows"));
    Files.writeString(directory.resolve("used/rows/thesis.txt"), "years");

    assertThatThrownBy(() -> ImportanceRun.prepare(recipe("used"), Optional.empty()))
        .hasMessageContaining("output already exists");
  }

  @Test
  void anImpossibleNameIsRefusedAtItsKey() {
    assertThatThrownBy(
            () ->
                ImportanceRun.prepare(
                    recipe("x").with("importance.corpus=../up"), Optional.empty()))
        .hasMessageContaining("--set: importance.corpus: impossible name");
  }

  @Test
  void impossibleSettingsAreRefusedAtTheirKey() {
    assertThatThrownBy(() -> recipe("x").with("importance.dropout=1"))
        .hasMessageContaining("--set: importance.dropout: ");
    assertThatThrownBy(() -> recipe("x").with("importance.max_samples=-1"))
        .hasMessageContaining("--set: importance.max_samples: ");
  }

  private Recipe recipe(String out) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", model, "--model")
        .withOption("importance.dataset", List.of(rows), "--data")
        .withOption("importance_dir", directory.resolve(out), "--out")
        .with("device=cpu");
  }

  private boolean measure(Recipe recipe, boolean interrupted) {
    try (ImportanceRun run = ImportanceRun.prepare(recipe, Optional.empty())) {
      return run.execute(progress::add, () -> interrupted).isPresent();
    }
  }
}
