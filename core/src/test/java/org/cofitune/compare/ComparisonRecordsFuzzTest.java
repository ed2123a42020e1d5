package org.cofitune.compare;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class ComparisonRecordsFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyRecordsAreReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "records.jsonl", bytes);
    Hostile.readOrRefuse(file, () -> ComparisonRecords.trials(file).records());
    Hostile.readOrRefuse(file, () -> ComparisonRecords.times(file).records());
  }
}
