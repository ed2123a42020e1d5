package org.cofitune.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.testing.TinyModel;

/**
 * A tiny model, rows of a new domain, and rows of an old one, as tests of the pipeline need them.
 */
final class TwoDomains {
  private static final int ROWS = 12;

  private TwoDomains() {}

  /** Writes {@code base}, {@code rows.jsonl}, and {@code general.jsonl} into a folder. */
  static void write(Path folder) throws IOException {
    TinyModel.llama().writeTo(folder.resolve("base"));
    StringBuilder speciality = new StringBuilder();
    StringBuilder versatility = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      speciality.append("{\"instruction\": \"Count to %d.\", \"output\": \"ok\"}\n".formatted(i));
      versatility.append("{\"text\": \"once upon %d times\"}\n".formatted(i));
    }
    Files.writeString(folder.resolve("rows.jsonl"), speciality);
    Files.writeString(folder.resolve("general.jsonl"), versatility);
  }
}
