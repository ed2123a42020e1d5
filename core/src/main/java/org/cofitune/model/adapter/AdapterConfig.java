package org.cofitune.model.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.StrictJson;

/**
 * What {@code adapter_config.json} says about the adapters beside it, whether peft wrote it or this
 * library. A key that would change the arithmetic and is not known here is refused by name, unless
 * it is null, false or empty.
 */
final class AdapterConfig {
  static final String PEFT_TYPE = "LORA";

  /** Keys that say nothing about what adapters compute. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "ensure_weight_tying",
          "eva_config",
          "inference_mode",
          "lora_dropout",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "task_type");

  /** Ways of beginning that leave the base model as it is. */
  private static final Set<String> INITIALISATIONS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  private static final String ALL_LINEAR = "all-linear";
  private static final int MAX_PATTERNS = 1000;

  private final Path file;
  private final ObjectNode json;
  private final Set<String> read = new TreeSet<>();
  private final int rank;
  private final double alpha;
  private final boolean rankStabilised;
  private final Predicate<AdaptedModule> targets;
  private final Map<ModuleRegex, Integer> ranks = new LinkedHashMap<>();
  private final Map<ModuleRegex, Double> alphas = new LinkedHashMap<>();

  private AdapterConfig(Path file, ObjectNode json) {
    this.file = file;
    this.json = json;
    require("peft_type", PEFT_TYPE::equals, PEFT_TYPE);
    require("bias", "none"::equals, "none");
    require("init_lora_weights", INITIALISATIONS::contains, "true, false, gaussian, eva");
    this.rank = rank("r", value("r"));
    this.alpha = alpha("lora_alpha", value("lora_alpha"));
    this.rankStabilised = value("use_rslora").asBoolean();
    this.targets = targets(value("target_modules"));
    pattern("rank_pattern").forEach((name, node) -> ranks.put(regex(name), rank(name, node)));
    pattern("alpha_pattern").forEach((name, node) -> alphas.put(regex(name), alpha(name, node)));
    refuseUnknown();
  }

  /**
   * Reads a file.
   *
   * @throws CofituneException of kind FORMAT naming the key that is not understood
   */
  static AdapterConfig read(Path file) {
    return new AdapterConfig(file, StrictJson.readObject(file));
  }

  /** Whether a module is meant to have an adapter. */
  boolean targets(AdaptedModule module) {
    return targets.test(module);
  }

  /** The rank of a module's adapter. */
  int rank(AdaptedModule module) {
    return ofModule(ranks, module, rank);
  }

  /** The factor on {@code B * A} of a module's adapter. */
  double scale(AdaptedModule module) {
    return AdapterSettings.scale(rank(module), ofModule(alphas, module, alpha), rankStabilised);
  }

  private static <T> T ofModule(Map<ModuleRegex, T> patterns, AdaptedModule module, T otherwise) {
    return patterns.entrySet().stream()
        .filter(pattern -> pattern.getKey().matches(module.name()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  private JsonNode value(String key) {
    read.add(key);
    return json.path(key);
  }

  private void require(String key, Predicate<String> allowed, String expected) {
    JsonNode node = value(key);
    if (!node.isMissingNode() && !allowed.test(node.asText())) {
      throw refused(key, expected, node);
    }
  }

  private int rank(String key, JsonNode node) {
    if (!node.isInt() || node.intValue() < 1) {
      throw refused(key, "a whole number of 1 or more", node);
    }
    return node.intValue();
  }

  private double alpha(String key, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw refused(key, "a number", node);
    }
    return node.doubleValue();
  }

  private Predicate<AdaptedModule> targets(JsonNode node) {
    Predicate<AdaptedModule> layers = layers(value("layers_to_transform"));
    JsonNode pattern = value("layers_pattern");
    String layersName = pattern.isArray() && pattern.size() == 1 ? pattern.get(0).asText() : "";
    boolean usual =
        isInactive(pattern)
            || pattern.asText().equals(AdapterConfigJson.LAYERS)
            || layersName.equals(AdapterConfigJson.LAYERS);
    if (!usual) {
      throw refused("layers_pattern", AdapterConfigJson.LAYERS, pattern);
    }
    if (node.isTextual()) {
      ModuleRegex regex = ModuleRegex.of(file, node.asText());
      boolean all = node.asText().equals(ALL_LINEAR);
      return layers.and(module -> all || regex.matches(module.name()));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : node) {
      names.add("." + name.asText());
    }
    if (!node.isArray() || names.isEmpty() || names.size() > MAX_PATTERNS) {
      throw refused("target_modules", "a list of names, or a regular expression", node);
    }
    return layers.and(module -> names.stream().anyMatch(("." + module.name())::endsWith));
  }

  private Predicate<AdaptedModule> layers(JsonNode node) {
    if (isInactive(node)) {
      return module -> true;
    }
    Set<Integer> layers = new TreeSet<>();
    for (JsonNode layer : node.isArray() ? node : List.of(node)) {
      if (!layer.isInt()) {
        throw refused("layers_to_transform", "layer numbers", node);
      }
      layers.add(layer.intValue());
    }
    return module -> layers.contains(module.layer());
  }

  private Map<String, JsonNode> pattern(String key) {
    JsonNode node = value(key);
    if (!isInactive(node) && !(node.isObject() && node.size() <= MAX_PATTERNS)) {
      throw refused(key, "an object of at most " + MAX_PATTERNS + " patterns", node);
    }
    Map<String, JsonNode> patterns = new LinkedHashMap<>();
    node.properties().forEach(entry -> patterns.put(entry.getKey(), entry.getValue()));
    return patterns;
  }

  /** peft lets a pattern begin behind any dot of a name. */
  private ModuleRegex regex(String pattern) {
    return ModuleRegex.of(file, "(.*\\.)?(" + pattern + ")");
  }

  private void refuseUnknown() {
    json.properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              boolean understood = read.contains(key) || WITHOUT_EFFECT.contains(key);
              if (!understood && !isInactive(entry.getValue())) {
                throw refused(key, "none", entry.getValue());
              }
            });
  }

  private static boolean isInactive(JsonNode node) {
    boolean off = node.isBoolean() && !node.asBoolean();
    boolean empty =
        node.isTextual() ? node.asText().isEmpty() : node.isContainerNode() && node.isEmpty();
    return node.isMissingNode() || node.isNull() || off || empty;
  }

  private CofituneException refused(String key, String expected, JsonNode found) {
    return CofituneException.of(ErrorKind.FORMAT, key + " of the adapter is not supported")
        .at(file)
        .expected(expected)
        .found(found.isMissingNode() ? "nothing" : found)
        .next("merge the adapter with the tool that made it, and use the merged checkpoint")
        .build();
  }
}
