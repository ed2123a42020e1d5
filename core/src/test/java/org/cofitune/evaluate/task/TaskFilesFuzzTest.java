package org.cofitune.evaluate.task;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class TaskFilesFuzzTest {
  private static final byte[] BASE =
      """
      output_type: multiple_choice
      doc_to_text: "{{q}}"
      doc_to_choice: [A, B]
      doc_to_target: 0
      """
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @FuzzTest
  void anyTaskFileIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "task.yaml", bytes);
    Hostile.file(folder, "_base.yaml", BASE);
    Hostile.readOrRefuse(
        folder, () -> TaskFiles.load(List.of(file), TaskOptions.NONE.withDataDir(folder)));
  }
}
