package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.SamplingConfig;
import org.cofitune.http.ApiException;

/**
 * How a request wants its text chosen. What it leaves out, a {@code generation_config.json} that
 * samples says; else OpenAI's defaults hold: temperature 1, from all tokens.
 */
final class RequestSampling {
  private static final double HOTTEST = 100;
  private static final double STRONGEST_PENALTY = 100;

  private static final Set<String> KEYS =
      Set.of(
          "model",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "repetition_penalty",
          "seed",
          "stop",
          "stream",
          "stream_options",
          "logprobs");

  private final RequestFields fields;
  private final GenerationConfig defaults;
  private final ServerLimits limits;

  RequestSampling(RequestFields fields, GenerationConfig defaults, ServerLimits limits) {
    this.fields = fields;
    this.defaults = defaults;
    this.limits = limits;
  }

  /**
   * Refuses keys that are unknown or ask for what is not there.
   *
   * @param own keys of this kind of request
   */
  static void check(RequestFields fields, Set<String> own) {
    UnsupportedFields.refuse(fields);
    Set<String> known = new HashSet<>(KEYS);
    known.addAll(own);
    known.addAll(UnsupportedFields.HARMLESS);
    known.addAll(UnsupportedFields.NEUTRAL.keySet());
    fields.refuseOthersThan(known);
  }

  /**
   * The configuration.
   *
   * @param maxTokens at least 1
   * @param topLogprobs alternatives to a token, or {@link GenerationConfig#NO_LOGPROBS}
   */
  GenerationConfig config(int maxTokens, int topLogprobs) {
    SamplingConfig known = defaults.sampling();
    boolean samples = known.isRandom();
    double temperature =
        fields.number("temperature", 0, HOTTEST).orElse(samples ? known.temperature() : 1);
    List<String> stops = new ArrayList<>(defaults.stopStrings());
    stops.addAll(stop());
    return defaults
        .with()
        .doSample(temperature > 0)
        .temperature(temperature)
        .topP(fields.number("top_p", 0, 1).orElse(samples ? known.topP() : 1))
        .topK(topK(samples ? known.topK() : 0))
        .minP(fields.number("min_p", 0, 1).orElse(samples ? known.minP() : 0))
        .repetitionPenalty(
            fields
                .number("repetition_penalty", 1 / STRONGEST_PENALTY, STRONGEST_PENALTY)
                .orElse(known.repetitionPenalty()))
        .seed(fields.wide("seed").orElseGet(() -> ThreadLocalRandom.current().nextLong()))
        .stopStrings(stops)
        .maxNewTokens(maxTokens)
        .topLogprobs(topLogprobs)
        .build();
  }

  /** Other servers write -1 for all tokens. */
  private int topK(int otherwise) {
    return Math.max(0, fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(otherwise));
  }

  boolean stream() {
    return fields.flag("stream", false);
  }

  /** Whether a stream ends with what it cost. */
  boolean includeUsage() {
    JsonNode options = fields.get("stream_options");
    if (options == null) {
      return false;
    }
    if (!options.isObject()) {
      throw RequestFields.wrong("stream_options", "an object", options);
    }
    if (!stream()) {
      throw ApiException.invalid("stream_options", "'stream_options' needs \"stream\": true.");
    }
    return options.path("include_usage").asBoolean(false);
  }

  private List<String> stop() {
    JsonNode stop = fields.get("stop");
    if (stop == null) {
      return List.of();
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode one : stop.isArray() ? stop : List.of(stop)) {
      if (!one.isTextual() || one.textValue().isEmpty()) {
        throw RequestFields.wrong("stop", "a string or strings, none of them empty", one);
      }
      strings.add(one.textValue());
    }
    if (strings.size() > limits.stopStrings()) {
      throw ApiException.invalid(
          "stop", "'stop' has " + strings.size() + " strings; at most " + limits.stopStrings());
    }
    return strings;
  }
}
