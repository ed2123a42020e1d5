package org.cofitune.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.cofitune.store.DiskFault;

/** The model that travels with the program; docs/quickstart.md says how it is made again. */
final class BundledModel {
  /** The weights come last: where they are, the model is complete. */
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "README.md",
          "model.safetensors");

  private BundledModel() {}

  /** Writes the checkpoint into a folder, or those of its files that are missing or differ. */
  static void unpack(Path folder) {
    for (String name : FILES) {
      Path file = folder.resolve(name);
      try (InputStream resource = BundledModel.class.getResourceAsStream("model/" + name)) {
        QuickstartFolder.write(file, Objects.requireNonNull(resource, name).readAllBytes());
      } catch (IOException e) {
        throw DiskFault.reading(file, e);
      }
    }
  }
}
