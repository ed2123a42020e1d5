package org.cofitune.model;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class DeltaDescriptionFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyDescriptionIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "cofitune.json", bytes);
    Hostile.readOrRefuse(file, () -> DeltaDescription.read(folder));
  }
}
