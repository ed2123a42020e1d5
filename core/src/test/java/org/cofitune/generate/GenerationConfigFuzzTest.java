package org.cofitune.generate;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Set;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class GenerationConfigFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyConfigIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "generation_config.json", bytes);
    Hostile.readOrRefuse(file, () -> GenerationConfigReader.read(folder, Set.of(2)));
  }
}
