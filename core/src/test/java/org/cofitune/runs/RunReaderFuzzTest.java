package org.cofitune.runs;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class RunReaderFuzzTest {
  private static final List<String> FILES =
      List.of(
          "recipe.yaml",
          "events.jsonl",
          "environment.json",
          "end.json",
          "scorecard.json",
          ".lock",
          "search/result.json");

  @TempDir Path folder;

  /** The first byte says of which file the others are. */
  @FuzzTest
  void anyFileOfARunIsShownOrLeftOut(byte[] bytes) throws IOException {
    byte[] content = bytes.length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, bytes.length);
    String name = FILES.get(bytes.length == 0 ? 0 : Math.floorMod(bytes[0], FILES.size()));
    Files.createDirectories(folder.resolve("search"));
    Hostile.file(folder, "events.jsonl", new byte[0]);
    Path file = Hostile.file(folder, name, content);
    RunFolder run = new RunFolder("run", folder);

    RunDetails.of(new RunReader().summary(run));
    RunDetails.of(run);
    EventTail.of(run).next();

    Files.delete(file);
  }
}
