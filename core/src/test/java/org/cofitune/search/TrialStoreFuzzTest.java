package org.cofitune.search;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class TrialStoreFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyTrialsAreReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "trials.jsonl", bytes);
    Hostile.readOrRefuse(file, () -> TrialStore.open(file).findBase("setting"));
  }
}
