package org.cofitune.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsHeaderFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyBytesAreReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "model.safetensors", bytes);
    Hostile.readOrRefuse(file, () -> SafetensorsHeader.read(file));
  }
}
