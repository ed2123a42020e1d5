package org.cofitune.pipeline;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class RecipeFuzzTest {
  private static final Recipe DEFAULTS = Recipe.ofDefaults();

  @TempDir Path folder;

  @FuzzTest
  void anyRecipeIsReadOrRefused(byte[] bytes) {
    for (String name : List.of("recipe.yaml", "recipe.json")) {
      Path file = Hostile.file(folder, name, bytes);
      Hostile.readOrRefuse(file, () -> DEFAULTS.withFile(file));
    }
  }
}
