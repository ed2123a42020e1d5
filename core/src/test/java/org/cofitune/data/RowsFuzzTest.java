package org.cofitune.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class RowsFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyRowsAreReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "rows.json", bytes);
    for (OnBadRow onBadRow : OnBadRow.values()) {
      Hostile.readOrRefuse(file, () -> readAll(file, onBadRow));
    }
  }

  private static void readAll(Path file, OnBadRow onBadRow) {
    DataFiles files = DataFiles.of(List.of(file));
    try (RowStream rows = RowStream.open(files.files(), onBadRow, new DataTally())) {
      while (rows.hasNext()) {
        rows.next();
      }
    }
  }
}
