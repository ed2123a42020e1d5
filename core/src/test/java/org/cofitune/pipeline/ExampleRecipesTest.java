package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes that come with the project. */
final class ExampleRecipesTest {
  private static final Path ROOT =
      Files.isDirectory(Path.of("tasks")) ? Path.of("") : Path.of("..");

  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("examples"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> !f.toString().endsWith("-tasks.yaml"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aRecipeReadsAndTellsTheCommandThatRunsIt(Path file) throws IOException {
    Recipe recipe = Recipe.ofFile(file);

    recipe.require("run", "model_name_or_path", "dataset", "output_dir");
    String first = Files.readAllLines(file).get(0);
    assertThat(first)
        .matches("# \\./cofitune (run|train|search|compare) examples/" + file.getFileName());
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theTasksOfARecipeAreSound(Path file) {
    Recipe recipe = Recipe.ofFile(file);
    TaskOptions options = TaskOptions.NONE.withDataDir(Path.of("data"));
    for (Path tasks : recipe.section(EvaluateSection.class).tasks()) {
      assertThat(TaskFiles.load(List.of(ROOT.resolve(tasks)), options)).isNotEmpty();
    }
  }
}
