package org.cofitune.model;

import java.util.Optional;

/**
 * Reads rotary settings, both as {@code rope_theta} with {@code rope_scaling} and as {@code
 * rope_parameters}, the form of newer checkpoints.
 */
final class RopeConfigReader {
  private static final double DEFAULT_THETA = 10_000;
  private static final double DEFAULT_BETA_FAST = 32;
  private static final double DEFAULT_BETA_SLOW = 1;
  private static final String SCALING = "rope_scaling";
  private static final String PARAMETERS = "rope_parameters";

  private RopeConfigReader() {}

  static double theta(ConfigNode config) {
    if (config.has("rope_theta")) {
      return config.positiveNumber("rope_theta");
    }
    return settings(config)
        .map(s -> s.positiveNumberOr("rope_theta", DEFAULT_THETA))
        .orElse(DEFAULT_THETA);
  }

  static RopeScaling scaling(ConfigNode config, int maxPositions) {
    return settings(config)
        .map(s -> scaling(s, maxPositions, theta(config)))
        .orElse(new RopeScaling.None());
  }

  private static Optional<ConfigNode> settings(ConfigNode config) {
    if (config.has(PARAMETERS)) {
      return Optional.of(config.child(PARAMETERS));
    }
    return config.has(SCALING) ? Optional.of(config.child(SCALING)) : Optional.empty();
  }

  private static RopeScaling scaling(ConfigNode s, int maxPositions, double theta) {
    s.requireAbsentOr("partial_rotary_factor", 1.0);
    String key = s.has("rope_type") || !s.has("type") ? "rope_type" : "type";
    String type = s.has(key) ? s.text(key) : "default";
    int original =
        s.positiveOr("original_max_position_embeddings", Integer.MAX_VALUE, maxPositions);
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(s.positiveNumber("factor"));
      // transformers takes the length of max_position_embeddings here, not the original one.
      case "dynamic" -> new RopeScaling.Dynamic(s.positiveNumber("factor"), maxPositions);
      case "llama3" -> llama3(s, original);
      case "yarn" -> yarn(s, original, maxPositions);
      default ->
          throw s.error(key, "unknown rotary scaling")
              .expected("default, linear, dynamic, llama3 or yarn")
              .found("\"" + type + "\" with theta " + theta)
              .next("use a checkpoint with one of these")
              .build();
    };
  }

  private static RopeScaling llama3(ConfigNode s, int original) {
    double low = s.positiveNumber("low_freq_factor");
    double high = s.positiveNumber("high_freq_factor");
    if (!(high > low)) {
      throw s.error("high_freq_factor", "the frequency band is empty")
          .expected("more than low_freq_factor " + low)
          .found(high)
          .next("fetch the file again")
          .build();
    }
    return new RopeScaling.Llama3(s.positiveNumber("factor"), low, high, original);
  }

  private static RopeScaling yarn(ConfigNode s, int original, int maxPositions) {
    double factor = s.has("factor") ? s.positiveNumber("factor") : (double) maxPositions / original;
    return new RopeScaling.Yarn(
        factor,
        s.positiveNumberOr("beta_fast", DEFAULT_BETA_FAST),
        s.positiveNumberOr("beta_slow", DEFAULT_BETA_SLOW),
        s.positiveNumberOr("attention_factor", yarnAttention(s, factor)),
        original,
        s.flagOr("truncate", true));
  }

  private static double yarnAttention(ConfigNode s, double factor) {
    if (s.has("mscale") && s.has("mscale_all_dim")) {
      return magnitude(factor, s.positiveNumber("mscale"))
          / magnitude(factor, s.positiveNumber("mscale_all_dim"));
    }
    return magnitude(factor, 1);
  }

  /** YaRN's attention temperature, {@code 0.1 m ln(s) + 1}. */
  private static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }
}
