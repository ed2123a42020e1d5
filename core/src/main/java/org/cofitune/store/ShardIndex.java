package org.cofitune.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param file the index
 * @param shardOf file name by tensor name; every file name is plain, without any folder
 */
record ShardIndex(Path file, Map<String, String> shardOf) {
  static final String NAME = "model.safetensors.index.json";

  static ShardIndex read(Path file) {
    ObjectNode json = StrictJson.readObject(file);
    if (!(json.get("weight_map") instanceof ObjectNode weights) || weights.isEmpty()) {
      throw refused(file, "no tensors in the index", "an object \"weight_map\"", "none");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> weight : weights.properties()) {
      String tensor = weight.getKey();
      if (!weight.getValue().isTextual()) {
        throw refused(
            file,
            "tensor " + Excerpt.quoted(tensor) + " has no shard",
            "a file name",
            weight.getValue().getNodeType().toString());
      }
      String shard = weight.getValue().textValue();
      if (!isPlainName(shard)) {
        throw refused(
            file,
            "tensor " + Excerpt.quoted(tensor) + " lies outside of the checkpoint",
            "a plain file name ending in .safetensors",
            Excerpt.quoted(shard));
      }
      shardOf.put(tensor, shard);
    }
    return new ShardIndex(file, Collections.unmodifiableMap(shardOf));
  }

  /** The file names of the shards, sorted. */
  TreeSet<String> shards() {
    return new TreeSet<>(shardOf.values());
  }

  private static boolean isPlainName(String name) {
    return name.endsWith(".safetensors")
        && name.length() <= 255
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ' || c == 0x7f);
  }

  private static CofituneException refused(Path file, String what, String expected, String found) {
    return CofituneException.of(ErrorKind.FORMAT, what)
        .at(file)
        .expected(expected)
        .found(found)
        .next("download the checkpoint again")
        .build();
  }
}
