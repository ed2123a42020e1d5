package org.cofitune.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names and shapes of a decoder's parameters, in the order of the forward pass. */
public final class ParameterNames {
  public static final String EMBEDDING = "model.embed_tokens.weight";
  public static final String FINAL_NORM = "model.norm.weight";
  public static final String OUTPUT = "lm_head.weight";

  private static final Pattern LAYER = Pattern.compile("\\blayers\\.(\\d{1,5})\\.");

  private static final Pattern PROJECTION_WEIGHT =
      Pattern.compile(
          "model\\.layers\\.(\\d{1,5})\\.(?:"
              + Arrays.stream(Projection.values())
                  .map(projection -> Pattern.quote(projection.path()))
                  .collect(Collectors.joining("|"))
              + ")\\.weight");

  private ParameterNames() {}

  /** The prefix of a layer's parameters. */
  public static String layer(int layer) {
    return "model.layers." + layer + ".";
  }

  public static String inputNorm(int layer) {
    return layer(layer) + "input_layernorm.weight";
  }

  public static String postAttentionNorm(int layer) {
    return layer(layer) + "post_attention_layernorm.weight";
  }

  public static String queryNorm(int layer) {
    return layer(layer) + "self_attn.q_norm.weight";
  }

  public static String keyNorm(int layer) {
    return layer(layer) + "self_attn.k_norm.weight";
  }

  /** Every parameter with its shape; a tied output layer is not listed beside the embedding. */
  public static Map<String, List<Long>> shapes(ModelConfig config) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long hidden = config.hiddenSize();
    shapes.put(EMBEDDING, List.of((long) config.vocabSize(), hidden));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      shapes.putAll(layerShapes(config, layer));
    }
    shapes.put(FINAL_NORM, List.of(hidden));
    if (!config.tieWordEmbeddings()) {
      shapes.put(OUTPUT, List.of((long) config.vocabSize(), hidden));
    }
    return Collections.unmodifiableMap(shapes);
  }

  /** The parameters of one layer with their shapes. */
  public static Map<String, List<Long>> layerShapes(ModelConfig config, int layer) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long hidden = config.hiddenSize();
    shapes.put(inputNorm(layer), List.of(hidden));
    for (Projection projection : Projection.values()) {
      if (projection == Projection.GATE_PROJ) {
        shapes.put(postAttentionNorm(layer), List.of(hidden));
      }
      long rows = config.rows(projection);
      shapes.put(projection.weight(layer), List.of(rows, (long) config.columns(projection)));
      if (config.hasBias(projection)) {
        shapes.put(projection.bias(layer), List.of(rows));
      }
    }
    if (config.attention().queryKeyNorm()) {
      long headDim = config.attention().headDim();
      shapes.put(queryNorm(layer), List.of(headDim));
      shapes.put(keyNorm(layer), List.of(headDim));
    }
    return shapes;
  }

  /** The layer whose projection has a weight of this name; -1 for every other parameter. */
  public static int projectionLayer(String name) {
    Matcher matcher = PROJECTION_WEIGHT.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /**
   * The layer that a parameter, or an adapter of one, is part of; -1 for one outside the layers.
   */
  public static int layerOf(String name) {
    Matcher matcher = LAYER.matcher(name);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** The names of {@link #shapes}. */
  public static List<String> of(ModelConfig config) {
    return new ArrayList<>(shapes(config).keySet());
  }

  /**
   * The lowest layer that gradients must reach to train some parameters; {@link
   * Region#EMBEDDING_LAYER} for the embedding, the number of layers for what lies above them.
   */
  public static int lowestLayer(Collection<String> names, ModelConfig config) {
    if (names.contains(EMBEDDING)) {
      return Region.EMBEDDING_LAYER;
    }
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      if (names.stream().anyMatch(layerShapes(config, layer).keySet()::contains)) {
        return layer;
      }
    }
    return config.numHiddenLayers();
  }

  /** Numbers in all parameters together. */
  public static long count(Map<String, List<Long>> shapes) {
    return shapes.values().stream().mapToLong(ParameterNames::elements).sum();
  }

  /** Numbers in a tensor of this shape. */
  public static long elements(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
