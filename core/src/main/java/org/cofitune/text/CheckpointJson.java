package org.cofitune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.store.StrictJson;

/** Reads the small JSON files beside a checkpoint's weights. */
final class CheckpointJson {
  private CheckpointJson() {}

  /**
   * Returns the object in {@code directory/name}, or a missing node where there is no such file.
   *
   * @throws CofituneException of kind FORMAT where the file is no JSON object
   */
  static JsonNode read(Path directory, String name) {
    Path file = directory.resolve(name);
    return Files.exists(file) ? StrictJson.readObject(file) : MissingNode.getInstance();
  }
}
