package org.cofitune.evaluate.task;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class DocumentsFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyTableIsReadOrRefused(byte[] bytes) {
    for (String name : List.of("test.csv", "test.tsv")) {
      Path file = Hostile.file(folder, name, bytes);
      Hostile.readOrRefuse(file, () -> Documents.read(List.of(file)));
    }
  }
}
