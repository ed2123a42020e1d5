package org.cofitune.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class NpyFileFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyArrayIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "head_impt.npy", bytes);
    Hostile.readOrRefuse(file, () -> NpyFile.readFloats(file));
    Hostile.readOrRefuse(file, () -> NpyFile.readDoubles(file));
  }
}
