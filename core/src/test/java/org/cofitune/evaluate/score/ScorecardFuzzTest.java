package org.cofitune.evaluate.score;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ScorecardFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyScorecardIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "scorecard.json", bytes);
    Hostile.readOrRefuse(file, () -> ScorecardJson.read(file));
  }
}
