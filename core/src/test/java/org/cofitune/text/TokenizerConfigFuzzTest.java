package org.cofitune.text;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Optional;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class TokenizerConfigFuzzTest {
  @TempDir Path folder;

  /** The template in it is left to the fuzz test of templates. */
  @FuzzTest
  void anyConfigIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "tokenizer_config.json", bytes);
    Hostile.readOrRefuse(
        file,
        () -> {
          SpecialTokens tokens = SpecialTokens.of(folder);
          tokens.declared();
          tokens.names();
          Optional<ChatTemplate> template = ChatTemplate.load(folder);
          template.ifPresent(some -> some.withVariable("tools", null));
        });
  }
}
