package org.cofitune.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Fingerprint;

/**
 * What makes a run the same run: a checkpoint of one is refused by any other, by the name of what
 * differs.
 *
 * @param parts name to text, such as {@code region} to {@code 2-3:up_proj}
 */
public record RunIdentity(Map<String, String> parts) {
  /** Arguments that change nothing about the weights that come out. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "logging_steps",
          "save_steps",
          "save_total_limit",
          "per_device_eval_batch_size",
          "gradient_checkpointing",
          "offload",
          "shard_frozen");

  public RunIdentity {
    parts = new TreeMap<>(parts);
  }

  /**
   * The identity of a task.
   *
   * @param named what only the caller knows: fingerprint of the model, region, method
   */
  static RunIdentity of(TrainingTask task, Map<String, String> named) {
    Map<String, String> parts = new TreeMap<>(named);
    parts.putAll(of(task.arguments(), task.rows()).parts);
    parts.putAll(task.replay().identity());
    if (task.ranks().began() > 1) {
      parts.put("processes", String.valueOf(task.ranks().began()));
    }
    parts.put("held-out rows", RowsFingerprint.of(task.evalRows()).sha256());
    StringBuilder tensors = new StringBuilder();
    for (TrainedTensor tensor : task.tensors()) {
      tensors.append(tensor.name()).append(' ').append(tensor.master().numel()).append('\n');
    }
    parts.put("trained tensors", Fingerprint.ofText(tensors.toString()).sha256());
    return new RunIdentity(parts);
  }

  /** What any training on these rows has in common, whatever it trains. */
  public static RunIdentity of(TrainingArguments arguments, List<TokenizedExample> rows) {
    Map<String, String> parts = new TreeMap<>();
    parts.put("training rows", RowsFingerprint.of(rows).sha256());
    ObjectNode json = arguments.toJson();
    json.remove(WITHOUT_EFFECT);
    if (!arguments.frozenDtype().isQuantised()) {
      json.remove("frozen_dtype"); // as in runs from before there was a choice
    }
    json.properties()
        .forEach(argument -> parts.put(argument.getKey(), argument.getValue().asText()));
    return new RunIdentity(parts);
  }

  /** With more parts. */
  public RunIdentity with(Map<String, String> named) {
    Map<String, String> all = new TreeMap<>(parts);
    all.putAll(named);
    return new RunIdentity(all);
  }

  /** Of all parts together. */
  public Fingerprint fingerprint() {
    return Fingerprint.ofText(toJson().toString());
  }

  public static RunIdentity fromJson(JsonNode json) {
    Map<String, String> parts = new TreeMap<>();
    json.properties().forEach(part -> parts.put(part.getKey(), part.getValue().asText()));
    return new RunIdentity(parts);
  }

  public ObjectNode toJson() {
    return ArgumentsJson.MAPPER.valueToTree(parts);
  }

  /**
   * Refuses what another run left.
   *
   * @param saved the identity that it has
   * @param what it is
   * @param place where it is
   * @throws CofituneException of kind RECIPE naming what differs
   */
  public void requireSame(RunIdentity saved, String what, Path place) {
    Set<String> names = new TreeSet<>(parts.keySet());
    names.addAll(saved.parts.keySet());
    for (String name : names) {
      String wanted = saved.parts.getOrDefault(name, "none");
      String found = parts.getOrDefault(name, "none");
      if (!wanted.equals(found)) {
        throw CofituneException.of(ErrorKind.RECIPE, what + " is of another run")
            .at(place)
            .expected(name + " " + wanted)
            .found(found)
            .next("go on with what the run began with, or choose another output directory")
            .build();
      }
    }
  }
}
