package org.cofitune.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class PromptFileFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyPromptsAreReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "prompts.json", bytes);
    PromptFile prompts =
        new PromptFile(
            file,
            text -> text.chars().toArray(),
            messages -> new int[] {messages.size(), messages.get(0).content().length()});
    Hostile.readOrRefuse(file, prompts::read);
  }
}
