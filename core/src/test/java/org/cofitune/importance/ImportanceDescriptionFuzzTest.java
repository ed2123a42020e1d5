package org.cofitune.importance;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ImportanceDescriptionFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyDescriptionIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "importance.json", bytes);
    Hostile.readOrRefuse(file, () -> ImportanceDescription.read(file));
  }
}
