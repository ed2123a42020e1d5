package org.cofitune.model.adapter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Projection;

/**
 * A projection of a layer that has, or may have, an adapter; in the order of the forward pass.
 *
 * @param layer decoder layer
 */
public record AdaptedModule(int layer, Projection projection) implements Comparable<AdaptedModule> {
  private static final Comparator<AdaptedModule> ORDER =
      Comparator.comparingInt(AdaptedModule::layer).thenComparing(AdaptedModule::projection);
  private static final Pattern NAME = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.([a-z_.]+)");
  private static final String WEIGHT = ".weight";

  /** What peft wraps a model in. */
  private static final String PREFIX = "base_model.model.";

  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  /** Every projection of a model. */
  public static List<AdaptedModule> all(ModelConfig config) {
    List<AdaptedModule> modules = new ArrayList<>();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (Projection projection : Projection.values()) {
        modules.add(new AdaptedModule(layer, projection));
      }
    }
    return modules;
  }

  /** The projections whose weights are among some parameters. */
  public static List<AdaptedModule> among(ModelConfig config, Set<String> parameters) {
    return all(config).stream().filter(module -> parameters.contains(module.weight())).toList();
  }

  /** The module that a tensor of peft's file belongs to, if it belongs to one. */
  static Optional<AdaptedModule> ofKey(String key) {
    boolean known = key.startsWith(PREFIX) && (key.endsWith(A) || key.endsWith(B));
    if (!known) {
      return Optional.empty();
    }
    Matcher matcher = NAME.matcher(key.substring(PREFIX.length(), key.length() - A.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int layer = Integer.parseInt(matcher.group(1));
    for (Projection projection : Projection.values()) {
      AdaptedModule module = new AdaptedModule(layer, projection);
      if (key.equals(module.keyOfA()) || key.equals(module.keyOfB())) {
        return Optional.of(module);
      }
    }
    return Optional.empty();
  }

  /** The module's name in the model, for example {@code model.layers.3.mlp.up_proj}. */
  public String name() {
    String weight = weight();
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  /** The name of the weight that the adapter changes. */
  public String weight() {
    return projection.weight(layer);
  }

  /** The name of A in peft's file, {@code [rank, columns]}. */
  public String keyOfA() {
    return PREFIX + name() + A;
  }

  /** The name of B in peft's file, {@code [rows, rank]}. */
  public String keyOfB() {
    return PREFIX + name() + B;
  }

  @Override
  public int compareTo(AdaptedModule other) {
    return ORDER.compare(this, other);
  }
}
