package org.cofitune.analyze;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.cofitune.model.LayerRange;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Projection;
import org.cofitune.model.Region;
import org.jspecify.annotations.Nullable;

/**
 * A part of a model that is swapped as a whole.
 *
 * @param kind what it is cut along
 * @param name for people: {@code layers 0-1}, {@code up_proj}
 * @param layers the range that it is, null for one that is cut along modules
 * @param parameters the names of all its parameters
 */
public record ModelPart(
    Kind kind, String name, @Nullable LayerRange layers, Set<String> parameters) {
  private static final List<Integer> PARTITIONS = List.of(4, 2);

  /** What a part is cut along. */
  public enum Kind {
    /** One layer. */
    LAYER,
    /** A quarter of the layers (METHOD.md section 2). */
    QUARTER,
    /** A half of the layers. */
    HALF,
    /** All layers up to one. */
    FIRST_LAYERS,
    /** All layers from one on. */
    LAST_LAYERS,
    /** One projection, or a set of them, of all layers. */
    MODULE,
    /** What lies below and above the layers. */
    OUTSIDE,
    /** Everything. */
    MODEL;

    /** The word in files. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ModelPart {
    parameters = Set.copyOf(parameters);
  }

  /** Every part of a model, layers first; ranges that are empty are left out. */
  public static List<ModelPart> of(ModelConfig config) {
    int count = config.numHiddenLayers();
    List<ModelPart> parts = new ArrayList<>();
    for (int layer = 0; layer < count; layer++) {
      parts.add(ofLayers(Kind.LAYER, layer, layer + 1, config));
    }
    for (int pieces : PARTITIONS) {
      for (int piece = 0; piece < pieces; piece++) {
        int from = LayerRange.boundary((double) piece / pieces, count);
        int to = LayerRange.boundary((piece + 1.0) / pieces, count);
        if (from < to) {
          parts.add(ofLayers(pieces == 2 ? Kind.HALF : Kind.QUARTER, from, to, config));
        }
      }
    }
    for (int to = 1; to < count; to++) {
      parts.add(ofLayers(Kind.FIRST_LAYERS, 0, to, config));
    }
    for (int from = 1; from < count; from++) {
      parts.add(ofLayers(Kind.LAST_LAYERS, from, count, config));
    }
    parts.addAll(ofModules(config));
    parts.add(new ModelPart(Kind.MODEL, "model", null, ParameterNames.shapes(config).keySet()));
    return parts;
  }

  private static ModelPart ofLayers(Kind kind, int from, int to, ModelConfig config) {
    LayerRange layers = new LayerRange(from, to);
    String name = layers.size() == 1 ? "layer " + from : "layers " + from + "-" + (to - 1);
    return new ModelPart(
        kind, name, layers, new Region.WholeLayers(layers).parameters(config).keySet());
  }

  private static List<ModelPart> ofModules(ModelConfig config) {
    List<ModelPart> parts = new ArrayList<>();
    parts.add(ofProjections("mha", Projection.ATTENTION, config));
    parts.add(ofProjections("ffn", Projection.FEED_FORWARD, config));
    for (Projection projection : Projection.values()) {
      parts.add(ofProjections(projection.shortName(), EnumSet.of(projection), config));
    }
    Set<String> norms = new LinkedHashSet<>(ParameterNames.shapes(config).keySet());
    norms.removeIf(name -> !name.endsWith("norm.weight"));
    parts.add(new ModelPart(Kind.MODULE, "norms", null, norms));
    parts.add(new ModelPart(Kind.OUTSIDE, "embedding", null, Set.of(ParameterNames.EMBEDDING)));
    if (!config.tieWordEmbeddings()) {
      parts.add(new ModelPart(Kind.OUTSIDE, "output", null, Set.of(ParameterNames.OUTPUT)));
    }
    return parts;
  }

  private static ModelPart ofProjections(
      String name, Collection<Projection> projections, ModelConfig config) {
    LayerRange all = new LayerRange(0, config.numHiddenLayers());
    Region region = new Region.Modules(all, Set.copyOf(projections));
    return new ModelPart(Kind.MODULE, name, null, region.parameters(config).keySet());
  }

  /** Those of some parameters that belong to this part. */
  Set<String> among(Collection<String> names) {
    Set<String> mine = new LinkedHashSet<>(names);
    mine.retainAll(parameters);
    return mine;
  }
}
