package org.cofitune.train;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointStateFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyStateIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, CheckpointState.NAME, bytes);
    Hostile.readOrRefuse(file, () -> CheckpointState.read(folder));
  }
}
