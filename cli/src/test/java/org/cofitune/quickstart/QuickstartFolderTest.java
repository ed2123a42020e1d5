package org.cofitune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunSection;
import org.cofitune.train.TrainingArguments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuickstartFolderTest {
  private static final long LARGEST_MODEL = 8_000_000;

  @TempDir Path temporary;

  @Test
  void bothRecipesAreOfTheBundledModelAndTheSeed() {
    QuickstartFolder folder = QuickstartFolder.prepare(temporary.resolve("a b"), 5);
    for (Rival rival : Rival.values()) {
      Recipe recipe = Recipe.ofFile(folder.recipe(rival));
      assertThat(recipe.section(RunSection.class).modelNameOrPath()).isEqualTo(folder.model());
      assertThat(recipe.section(RunSection.class).outputDir()).isEqualTo(folder.run(rival));
      assertThat(recipe.section(TrainingArguments.class).seed()).isEqualTo(5);
    }
  }

  @Test
  void theSecondTimeNothingIsWritten() throws IOException {
    QuickstartFolder folder = QuickstartFolder.prepare(temporary.resolve("quick"), 5);
    Map<Path, FileTime> before = times(folder);
    QuickstartFolder.prepare(temporary.resolve("quick"), 5);
    assertThat(times(folder)).isEqualTo(before);
  }

  @Test
  void aFileThatWasDamagedIsWrittenAgain() throws IOException {
    QuickstartFolder folder = QuickstartFolder.prepare(temporary.resolve("quick"), 5);
    Path weights = folder.model().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, new byte[] {1});
    QuickstartFolder.prepare(temporary.resolve("quick"), 5);
    assertThat(Files.readAllBytes(weights)).isEqualTo(bytes);
  }

  @Test
  void anotherSeedGivesOtherRowsAndTheSameQuestions() throws IOException {
    QuickstartFolder five = QuickstartFolder.prepare(temporary.resolve("five"), 5);
    QuickstartFolder six = QuickstartFolder.prepare(temporary.resolve("six"), 6);
    String question = Abilities.NEW.word() + ".jsonl";
    assertThat(Files.readString(six.domainRows()))
        .isNotEqualTo(Files.readString(five.domainRows()));
    assertThat(six.testTasks().resolveSibling(question))
        .hasSameTextualContentAs(five.testTasks().resolveSibling(question));
  }

  @Test
  void aFolderOfSomethingElseIsRefused() throws IOException {
    Files.writeString(temporary.resolve("thesis.txt"), "mine");
    assertThatThrownBy(() -> QuickstartFolder.claim(temporary))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining(temporary.toString())
        .hasMessageContaining("--out");
    assertThat(temporary.resolve("model")).doesNotExist();
  }

  @Test
  void theModelIsSmallEnoughToTravel() throws IOException {
    QuickstartFolder folder = QuickstartFolder.prepare(temporary.resolve("quick"), 5);
    try (Stream<Path> files = Files.list(folder.model())) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(LARGEST_MODEL);
    }
  }

  private static Map<Path, FileTime> times(QuickstartFolder folder) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.path())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}
