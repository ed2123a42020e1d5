package org.cofitune.train;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.JsonText;
import org.cofitune.store.StrictJson;

/**
 * What a checkpoint holds beside tensors.
 *
 * @param run what a run that goes on from here has in common with the one that was saved
 * @param progress how far the run had come
 * @param optimizerSteps steps that AdamW has counted
 * @param interrupted whether it was saved because the run was interrupted, not on schedule
 * @param randomState of the engine's generator
 */
record CheckpointState(
    RunIdentity run,
    TrainingProgress progress,
    long optimizerSteps,
    boolean interrupted,
    byte[] randomState) {
  /** The file in a checkpoint. */
  static final String NAME = "state.json";

  private static final String INTERRUPTED = "interrupted";
  private static final int VERSION = 1;
  private static final ObjectReader PROGRESS =
      ArgumentsJson.MAPPER
          .readerFor(TrainingProgress.class)
          .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .without(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  /**
   * Reads the state of a checkpoint.
   *
   * @throws CofituneException of kind FORMAT where it is no such state
   */
  static CheckpointState read(Path checkpoint) {
    Path file = checkpoint.resolve(NAME);
    ObjectNode json = StrictJson.readObject(file);
    if (json.path("version").asInt() != VERSION) {
      throw CofituneException.of(ErrorKind.FORMAT, "unknown version of a checkpoint")
          .at(file)
          .expected(VERSION)
          .found(json.path("version"))
          .next("resume with the version of cofitune that saved it")
          .build();
    }
    try {
      TrainingProgress progress = PROGRESS.readValue(json.required("progress"));
      long optimizerSteps = json.required("optimizer_steps").asLong(-1);
      if (progress == null || progress.step() < 0 || optimizerSteps < 0) {
        throw new IllegalArgumentException("no number of steps");
      }
      return new CheckpointState(
          RunIdentity.fromJson(json.required("run")),
          progress,
          optimizerSteps,
          isOfInterruption(json),
          Base64.getDecoder().decode(json.required("random_state").asText()));
    } catch (IOException | IllegalArgumentException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "unreadable state of a checkpoint")
          .at(file)
          .found(e.getMessage())
          .next("resume from another one with resume_from_checkpoint")
          .cause(e)
          .build();
    }
  }

  /** Whether a checkpoint was saved because its run was interrupted. */
  static boolean isOfInterruption(Path checkpoint) {
    return isOfInterruption(StrictJson.readObject(checkpoint.resolve(NAME)));
  }

  private static boolean isOfInterruption(JsonNode json) {
    return json.path(INTERRUPTED).asBoolean();
  }

  String json() {
    ObjectNode json = ArgumentsJson.MAPPER.createObjectNode();
    json.put("version", VERSION);
    json.set("progress", ArgumentsJson.MAPPER.valueToTree(progress));
    json.put("optimizer_steps", optimizerSteps);
    json.put(INTERRUPTED, interrupted);
    json.set("run", run.toJson());
    json.put("random_state", Base64.getEncoder().encodeToString(randomState));
    return JsonText.pretty(json);
  }
}
