package org.cofitune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Reads the small JSON files beside a checkpoint's weights. */
final class CheckpointJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckpointJson() {}

  /**
   * Returns the object in {@code directory/name}, or a missing node where there is no such file.
   *
   * @throws CofituneException of kind FORMAT where the file is no JSON object
   */
  static JsonNode read(Path directory, String name) {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode root = JSON.readTree(file.toFile());
      if (!root.isObject()) {
        throw CofituneException.of(ErrorKind.FORMAT, "not a JSON object")
            .at(file)
            .found(root.getNodeType())
            .build();
      }
      return root;
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "not valid JSON")
          .at(file + ":" + e.getLocation().getLineNr())
          .found(e.getOriginalMessage())
          .next("copy the file from the checkpoint again")
          .cause(e)
          .build();
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "cannot be read")
          .at(file)
          .found(e.getMessage())
          .cause(e)
          .build();
    }
  }
}
