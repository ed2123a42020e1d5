package org.cofitune.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Fingerprint;

/**
 * What makes a run the same run: a checkpoint of one is refused by any other, by the name of what
 * differs.
 *
 * @param parts name to text, such as {@code region} to {@code 2-3:up_proj}
 */
record RunIdentity(Map<String, String> parts) {
  /** Arguments that change nothing about the weights that come out. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "logging_steps",
          "save_steps",
          "save_total_limit",
          "per_device_eval_batch_size",
          "gradient_checkpointing");

  RunIdentity {
    parts = new TreeMap<>(parts);
  }

  /**
   * The identity of a task.
   *
   * @param named what only the caller knows: fingerprint of the model, region, method
   */
  static RunIdentity of(TrainingTask task, Map<String, String> named) {
    Map<String, String> parts = new TreeMap<>(named);
    parts.put("training rows", RowsFingerprint.of(task.rows()).sha256());
    parts.put("held-out rows", RowsFingerprint.of(task.evalRows()).sha256());
    ObjectNode arguments = task.arguments().toJson();
    arguments.remove(WITHOUT_EFFECT);
    arguments
        .properties()
        .forEach(argument -> parts.put(argument.getKey(), argument.getValue().asText()));
    StringBuilder tensors = new StringBuilder();
    for (TrainedTensor tensor : task.tensors()) {
      tensors.append(tensor.name()).append(' ').append(tensor.master().numel()).append('\n');
    }
    parts.put("trained tensors", Fingerprint.ofText(tensors.toString()).sha256());
    return new RunIdentity(parts);
  }

  static RunIdentity fromJson(JsonNode json) {
    Map<String, String> parts = new TreeMap<>();
    json.properties().forEach(part -> parts.put(part.getKey(), part.getValue().asText()));
    return new RunIdentity(parts);
  }

  ObjectNode toJson() {
    return ArgumentsJson.MAPPER.valueToTree(parts);
  }

  /**
   * Refuses a checkpoint of another run.
   *
   * @param saved the identity that the checkpoint has
   * @param checkpoint for the message
   * @throws CofituneException of kind RECIPE naming what differs
   */
  void requireSame(RunIdentity saved, Path checkpoint) {
    Set<String> names = new TreeSet<>(parts.keySet());
    names.addAll(saved.parts.keySet());
    for (String name : names) {
      String wanted = saved.parts.getOrDefault(name, "none");
      String found = parts.getOrDefault(name, "none");
      if (!wanted.equals(found)) {
        throw CofituneException.of(ErrorKind.RECIPE, "the checkpoint is of another run")
            .at(checkpoint)
            .expected(name + " " + wanted)
            .found(found)
            .next("go on with what the run began with, or choose another output directory")
            .build();
      }
    }
  }
}
