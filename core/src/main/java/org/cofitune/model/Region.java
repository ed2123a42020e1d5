package org.cofitune.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is trained: a range of layers and their modules (METHOD.md section 2). Everything else keeps
 * its bytes. {@link RegionParser} reads the text form.
 */
public sealed interface Region {

  /** Every parameter of the model: full fine-tuning. */
  record WholeModel() implements Region {
    @Override
    public Map<String, List<Long>> parameters(ModelConfig config) {
      return ParameterNames.shapes(config);
    }

    @Override
    public int lowestLayer() {
      return EMBEDDING_LAYER;
    }

    @Override
    public String text() {
      return "all";
    }
  }

  /** Every parameter of a range of layers, norms included. */
  record WholeLayers(LayerRange layers) implements Region {
    @Override
    public Map<String, List<Long>> parameters(ModelConfig config) {
      return ofLayers(config, layers, name -> true);
    }

    @Override
    public int lowestLayer() {
      return layers.from();
    }

    @Override
    public String text() {
      return range(layers) + ":all";
    }
  }

  /** Some projections, with their biases, of a range of layers. */
  record Modules(LayerRange layers, Set<Projection> projections) implements Region {
    public Modules {
      if (projections.isEmpty()) {
        throw new IllegalArgumentException("a region needs modules");
      }
      projections = Collections.unmodifiableSet(EnumSet.copyOf(projections));
    }

    @Override
    public Map<String, List<Long>> parameters(ModelConfig config) {
      return ofLayers(
          config,
          layers,
          name -> projections.stream().anyMatch(p -> name.contains("." + p.path() + ".")));
    }

    @Override
    public int lowestLayer() {
      return layers.from();
    }

    @Override
    public String text() {
      return range(layers)
          + ":"
          + projections.stream().map(Projection::shortName).collect(Collectors.joining(","));
    }
  }

  /** The "layer" of the embedding: below every decoder layer. */
  int EMBEDDING_LAYER = -1;

  /** The trained parameters with their shapes, in the order of the forward pass. */
  Map<String, List<Long>> parameters(ModelConfig config);

  /** The lowest layer that gradients must reach; {@link #EMBEDDING_LAYER} for the embedding. */
  int lowestLayer();

  /** The text form with layer indices, which reads back to the same region. */
  String text();

  private static Map<String, List<Long>> ofLayers(
      ModelConfig config, LayerRange layers, java.util.function.Predicate<String> chosen) {
    Map<String, List<Long>> parameters = new LinkedHashMap<>();
    for (int layer = layers.from(); layer < layers.to(); layer++) {
      ParameterNames.layerShapes(config, layer)
          .forEach(
              (name, shape) -> {
                if (chosen.test(name)) {
                  parameters.put(name, shape);
                }
              });
    }
    return parameters;
  }

  private static String range(LayerRange layers) {
    return layers.from() + "-" + (layers.to() - 1);
  }
}
