package org.cofitune.evaluate.task;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class FilterChainFuzzTest {
  @TempDir Path folder;

  /** A task file's filters stand before the first zero byte, what the model generated behind it. */
  @FuzzTest
  void anyFiltersReadAnyAnswerOrAreRefused(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    String generated = new String(bytes, end, bytes.length - end, StandardCharsets.UTF_8);
    Path file = Hostile.file(folder, "task.yaml", Arrays.copyOf(bytes, end));
    Hostile.readOrRefuse(
        file,
        () -> {
          for (TaskYaml.Mapping mapping : TaskYaml.read(file)) {
            TaskKeys keys = new TaskKeys(mapping.root(), "", mapping.places());
            FilterParser.parse(keys).forEach(filters -> filters.apply(generated));
          }
        });
  }
}
