package org.cofitune.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.StrictJson;

/**
 * What a delta is: {@code cofitune.json}.
 *
 * @param base which model it belongs to
 * @param baseName what that model was called, for people
 * @param region what was trained, in text form
 * @param method how, for example {@code cofitune} or {@code full}
 * @param details whatever else is to travel with it: arguments, mask, recipe, scores
 */
public record DeltaDescription(
    Fingerprint base, String baseName, String region, String method, ObjectNode details) {
  /** The name of the file. */
  public static final String NAME = "cofitune.json";

  private static final String FORMAT = "cofitune-delta";
  private static final int VERSION = 1;

  static DeltaDescription read(Path folder) {
    Path file = folder.resolve(NAME);
    ObjectNode json = StrictJson.readObject(file);
    requireValue(file, json, "format", FORMAT);
    requireValue(file, json, "version", Integer.toString(VERSION));
    String fingerprint = text(file, json, "base_fingerprint");
    if (!fingerprint.matches("[0-9a-f]{64}")) {
      throw unexpected(file, "base_fingerprint", "64 hexadecimal digits", fingerprint);
    }
    return new DeltaDescription(
        new Fingerprint(fingerprint),
        text(file, json, "base_model"),
        text(file, json, "region"),
        text(file, json, "method"),
        json.path("details") instanceof ObjectNode details ? details : json.objectNode());
  }

  ObjectNode toJson() {
    ObjectNode json = ArgumentsJson.MAPPER.createObjectNode();
    json.put("format", FORMAT);
    json.put("version", VERSION);
    json.put("base_fingerprint", base.sha256());
    json.put("base_model", baseName);
    json.put("region", region);
    json.put("method", method);
    json.set("details", details);
    return json;
  }

  private static void requireValue(Path file, JsonNode json, String key, String expected) {
    String found = json.path(key).asText();
    if (!found.equals(expected)) {
      throw unexpected(file, key, expected, found);
    }
  }

  private static String text(Path file, JsonNode json, String key) {
    if (!json.path(key).isTextual()) {
      throw unexpected(file, key, "text", json.path(key).toString());
    }
    return json.path(key).asText();
  }

  private static CofituneException unexpected(
      Path file, String key, String expected, String found) {
    return CofituneException.of(ErrorKind.FORMAT, "not the description of a delta")
        .at(file + ": " + key)
        .expected(expected)
        .found(found.isEmpty() ? "nothing" : found)
        .next("give the delta folder of a run")
        .build();
  }
}
