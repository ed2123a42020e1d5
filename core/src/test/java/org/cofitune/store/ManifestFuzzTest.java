package org.cofitune.store;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ManifestFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyManifestIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "MANIFEST.json", bytes);
    Hostile.readOrRefuse(file, () -> Manifest.read(folder));
  }
}
