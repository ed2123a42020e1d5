package org.cofitune.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.store.StrictJson;

/**
 * {@code cofitune.json}: where a delta comes from.
 *
 * @param region what was trained, with layer indices
 * @param basePath folder of the base, as it was named then
 * @param baseFingerprint of all of the base
 * @param baseSample of a sample of the base, checked whenever the delta is used
 * @param method what trained it: its name, and the mask that it had
 * @param recipe every key of the resolved recipe
 */
public record DeltaDescription(
    String region,
    String basePath,
    String baseFingerprint,
    String baseSample,
    ObjectNode method,
    ObjectNode recipe) {
  /** The file in a folder of weights that training changed. */
  public static final String NAME = "cofitune.json";

  private static final int VERSION = 1;

  /** Describes a delta over a checkpoint; reads all of its weights once. */
  public static DeltaDescription of(
      Region region, Checkpoint base, ObjectNode method, ObjectNode recipe) {
    return new DeltaDescription(
        region.text(),
        base.directory().toString(),
        Fingerprint.ofCheckpoint(base).sha256(),
        Fingerprint.ofCheckpointSample(base).sha256(),
        method,
        recipe);
  }

  /** Writes {@value NAME} into a folder. */
  public void write(Path directory) {
    AtomicFile.write(directory.resolve(NAME), JsonText.pretty(toJson()));
  }

  private ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", VERSION).put("region", region);
    json.putObject("base")
        .put("path", basePath)
        .put("sha256", baseFingerprint)
        .put("sample_sha256", baseSample);
    json.set("method", method);
    json.set("recipe", recipe);
    return json;
  }

  /**
   * Reads {@value NAME} of a folder.
   *
   * @throws CofituneException of kind FORMAT if it is damaged or of another version
   */
  public static DeltaDescription read(Path directory) {
    Path file = directory.resolve(NAME);
    ObjectNode json = StrictJson.readObject(file);
    if (json.path("version").asInt() != VERSION) {
      throw CofituneException.of(ErrorKind.FORMAT, "unknown version of a delta")
          .at(file)
          .expected(VERSION)
          .found(json.path("version"))
          .next("use the version of cofitune that wrote it")
          .build();
    }
    return new DeltaDescription(
        text(file, json, "/region"),
        text(file, json, "/base/path"),
        text(file, json, "/base/sha256"),
        text(file, json, "/base/sample_sha256"),
        object(json, "method"),
        object(json, "recipe"));
  }

  private static ObjectNode object(ObjectNode json, String key) {
    return json.path(key) instanceof ObjectNode object
        ? object
        : JsonNodeFactory.instance.objectNode();
  }

  private static String text(Path file, ObjectNode json, String pointer) {
    JsonNode node = json.at(pointer);
    if (!node.isTextual()) {
      throw CofituneException.of(ErrorKind.FORMAT, "the description of a delta is incomplete")
          .at(file + " at " + pointer)
          .expected("text")
          .found(node.isMissingNode() ? "nothing" : node)
          .next("restore it from a copy")
          .build();
    }
    return node.asText();
  }

  /**
   * Checks that a checkpoint is the base of this delta.
   *
   * @throws CofituneException of kind FORMAT if it is another model
   */
  public void requireBase(Checkpoint checkpoint) {
    String found = Fingerprint.ofCheckpointSample(checkpoint).sha256();
    if (!found.equals(baseSample)) {
      throw CofituneException.of(
              ErrorKind.FORMAT, "the delta or adapter belongs to another base model")
          .at(checkpoint.directory())
          .expected(
              "the model that was at " + basePath + " (sample " + abbreviated(baseSample) + ")")
          .found("sample " + abbreviated(found))
          .next("name the model that it was trained from")
          .see("the-delta-or-adapter-belongs-to-another-base-model")
          .build();
    }
  }

  /**
   * Checks that every byte of a checkpoint is as it was when this delta was trained from it.
   *
   * @throws CofituneException of kind FORMAT if it is another model, or damaged since
   */
  public void requireWholeBase(Checkpoint checkpoint) {
    requireBase(checkpoint);
    String found = Fingerprint.ofCheckpoint(checkpoint).sha256();
    if (!found.equals(baseFingerprint)) {
      throw CofituneException.of(ErrorKind.FORMAT, "the base model was changed or is damaged")
          .at(checkpoint.directory())
          .expected("weights of SHA-256 " + abbreviated(baseFingerprint))
          .found(abbreviated(found))
          .next("restore the checkpoint that the delta or adapter was trained from")
          .build();
    }
  }

  private static String abbreviated(String sha256) {
    return sha256.substring(0, Math.min(12, sha256.length()));
  }
}
