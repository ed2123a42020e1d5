package org.cofitune.method;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.cofitune.data.Permutation;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;

/**
 * A random half of a region's parameters, by layer and category: of four attention matrices two, of
 * the norms half, and of three feed-forward matrices two in a random half of the layers and one in
 * the others. Biases go with their matrix.
 */
final class HalfSelection {
  /** The categories within a layer. */
  private enum Category {
    ATTENTION(0),
    FEED_FORWARD(1),
    NORMS(2);

    /** Sets the category's permutations apart from those of the others. */
    private final long stream;

    Category(long stream) {
      this.stream = stream;
    }

    static Category of(String name) {
      if (name.contains("norm")) {
        return NORMS;
      }
      return name.contains(".mlp.") ? FEED_FORWARD : ATTENTION;
    }
  }

  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final ModelConfig config;
  private final Set<String> region;
  private final HalfArguments arguments;
  private final Set<String> chosen = new LinkedHashSet<>();

  private HalfSelection(ModelConfig config, Collection<String> region, HalfArguments arguments) {
    this.config = config;
    this.region = new LinkedHashSet<>(region);
    this.arguments = arguments;
  }

  /** The names that are trained, in the order of the forward pass. */
  static Set<String> of(ModelConfig config, Collection<String> region, HalfArguments arguments) {
    HalfSelection selection = new HalfSelection(config, region, arguments);
    for (Category category : Category.values()) {
      selection.choose(category);
    }
    Set<String> trained = new LinkedHashSet<>(region);
    trained.removeIf(name -> !selection.trains(name));
    return trained;
  }

  private boolean trains(String name) {
    return isInLayer(name) ? chosen.contains(weightOf(name)) : arguments.outsideLayers();
  }

  private static boolean isInLayer(String name) {
    return name.startsWith("model.layers.");
  }

  private static String weightOf(String name) {
    return name.endsWith(BIAS) ? name.substring(0, name.length() - BIAS.length()) + WEIGHT : name;
  }

  private void choose(Category category) {
    List<List<String>> layers = new ArrayList<>();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      List<String> weights =
          ParameterNames.layerShapes(config, layer).keySet().stream()
              .filter(name -> name.endsWith(WEIGHT) && Category.of(name) == category)
              .filter(region::contains)
              .toList();
      if (!weights.isEmpty()) {
        layers.add(weights);
      }
    }
    int[] order = permutation(layers.size(), category, layers.size());
    for (int place = 0; place < order.length; place++) {
      int layer = order[place];
      List<String> weights = layers.get(layer);
      boolean larger = place % 2 == 0; // every other layer in a random order: half of them
      int half = (weights.size() + (larger ? 1 : 0)) / 2;
      int[] drawn = permutation(weights.size(), category, layer);
      for (int i = 0; i < half; i++) {
        chosen.add(weights.get(drawn[i]));
      }
    }
  }

  /** One of its own for every category and layer. */
  private int[] permutation(int size, Category category, int number) {
    int streams = config.numHiddenLayers() + 1;
    return Permutation.of(size, arguments.seed(), category.stream * streams + number);
  }
}
