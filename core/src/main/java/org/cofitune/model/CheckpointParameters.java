package org.cofitune.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.TensorSpec;

/**
 * Which stored tensor is which parameter. Names, shapes and types are held against the
 * configuration before any weight is read.
 */
public final class CheckpointParameters {
  /** Buffers that old checkpoints carry and that every reader computes itself. */
  private static final List<String> IGNORED_SUFFIXES =
      List.of(".rotary_emb.inv_freq", ".masked_bias", ".attn.bias");

  private static final int LISTED = 5;

  private CheckpointParameters() {}

  /**
   * Maps every parameter of the model to the stored tensor that holds it. Where input and output
   * embedding are tied, either of the two names is accepted.
   *
   * @param checkpoint the folder, for messages
   * @throws CofituneException of kind FORMAT naming what is missing, unexpected, or contradicts
   */
  public static Map<String, String> match(
      Path checkpoint, ModelConfig config, Map<String, TensorSpec> stored) {
    Map<String, String> sources = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    ParameterNames.shapes(config)
        .forEach(
            (name, shape) -> {
              String source = source(config, name, stored.keySet());
              TensorSpec spec = stored.get(source);
              if (spec == null) {
                missing.add(name);
                return;
              }
              checkShape(checkpoint, spec, shape);
              checkType(checkpoint, spec);
              sources.put(name, source);
            });
    if (!missing.isEmpty()) {
      throw error(checkpoint, missing.size() + " tensors are missing")
          .expected(abbreviated(missing))
          .found(stored.size() + " tensors, none of that name")
          .next("fetch the checkpoint again, or correct config.json")
          .build();
    }
    refuseUnexpected(checkpoint, config, sources, stored.keySet());
    return sources;
  }

  private static String source(ModelConfig config, String name, Set<String> stored) {
    boolean swapped =
        config.tieWordEmbeddings()
            && name.equals(ParameterNames.EMBEDDING)
            && !stored.contains(name);
    return swapped ? ParameterNames.OUTPUT : name;
  }

  private static void checkShape(Path checkpoint, TensorSpec spec, List<Long> shape) {
    if (!spec.shape().equals(shape)) {
      throw error(checkpoint, "tensor " + spec.name() + " contradicts config.json")
          .expected("shape " + shape)
          .found("shape " + spec.shape())
          .next("use the config.json that belongs to these weights")
          .build();
    }
  }

  private static void checkType(Path checkpoint, TensorSpec spec) {
    switch (spec.type()) {
      case F32, F16, BF16 -> {}
      default ->
          throw error(checkpoint, "tensor " + spec.name() + " has an unsupported type")
              .expected("F32, F16 or BF16")
              .found(spec.type())
              .next("convert the checkpoint")
              .build();
    }
  }

  private static void refuseUnexpected(
      Path checkpoint, ModelConfig config, Map<String, String> sources, Set<String> stored) {
    Collection<String> used = sources.values();
    List<String> unexpected =
        stored.stream()
            .filter(name -> !used.contains(name))
            .filter(name -> IGNORED_SUFFIXES.stream().noneMatch(name::endsWith))
            .filter(name -> !(config.tieWordEmbeddings() && name.equals(ParameterNames.OUTPUT)))
            .toList();
    if (!unexpected.isEmpty()) {
      throw error(checkpoint, unexpected.size() + " tensors have no place in this architecture")
          .expected("the tensors of model_type " + config.modelType())
          .found(abbreviated(unexpected))
          .next("use the config.json that belongs to these weights")
          .build();
    }
  }

  private static CofituneException.Builder error(Path checkpoint, String what) {
    return CofituneException.of(ErrorKind.FORMAT, what).at(checkpoint);
  }

  private static String abbreviated(List<String> names) {
    String listed = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    return names.size() > LISTED ? listed + ", ... (" + names.size() + ")" : listed;
  }
}
