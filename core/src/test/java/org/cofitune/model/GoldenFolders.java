package org.cofitune.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The golden models: compact ones in the test resources, and the full set of {@code
 * ../shared/golden} where it is there. Both were made by the same PyTorch program.
 */
public final class GoldenFolders {
  private static final Path COMPACT = Path.of("src/test/resources/golden");
  private static final Path FULL = Path.of("../../shared/golden");

  private GoldenFolders() {}

  /** Every golden folder that is there. */
  public static Stream<Path> all() {
    Stream<Path> compact =
        Stream.of("a_mha", "b_llama3_gqa", "c_qwen2", "d_qwen3", "e_llama31_rope", "f_mistral_swa")
            .map(COMPACT::resolve);
    Stream<Path> full =
        Stream.of("a_mha", "b_llama3_gqa", "c_qwen2", "f_mistral_swa")
            .map(FULL::resolve)
            .filter(Files::isDirectory);
    return Stream.concat(compact, full);
  }
}
