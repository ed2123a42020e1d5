package org.cofitune.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ShardIndexFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyIndexIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "model.safetensors.index.json", bytes);
    Hostile.readOrRefuse(file, () -> ShardIndex.read(file));
  }
}
