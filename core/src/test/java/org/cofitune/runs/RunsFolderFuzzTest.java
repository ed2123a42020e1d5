package org.cofitune.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class RunsFolderFuzzTest {
  @TempDir Path folder;
  private Path root;
  private RunsFolder runs;

  @BeforeEach
  void writeRunsInsideAndOutside() throws IOException {
    root = Files.createDirectories(folder.resolve("runs")).toRealPath();
    for (String run : new String[] {"outside", "runs/a", "runs/b/c", "runs/.hidden"}) {
      Hostile.file(Files.createDirectories(folder.resolve(run)), "recipe.yaml", new byte[0]);
    }
    runs = RunsFolder.open(root);
  }

  @FuzzTest
  void anyNameFindsARunOfTheFolderOrNone(byte[] bytes) {
    String name = new String(bytes, StandardCharsets.UTF_8);
    runs.find(name)
        .ifPresent(
            run -> {
              assertThat(run.path().normalize()).isIn(root.resolve("a"), root.resolve("b/c"));
              assertThat(run.name()).isIn("a", "b/c");
            });
  }
}
