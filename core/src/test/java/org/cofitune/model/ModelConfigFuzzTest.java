package org.cofitune.model;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ModelConfigFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyConfigIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "config.json", bytes);
    Hostile.readOrRefuse(file, () -> ModelConfigReader.read(folder));
  }
}
