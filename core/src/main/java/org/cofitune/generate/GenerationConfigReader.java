package org.cofitune.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.StrictJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code generation_config.json}. */
final class GenerationConfigReader {
  private static final Logger log = LoggerFactory.getLogger(GenerationConfigReader.class);
  private static final String FILE = "generation_config.json";

  /** Keys that would change the text and are not implemented, with the value that does nothing. */
  private static final Map<String, Integer> UNSUPPORTED =
      Map.of(
          "num_beams", 1,
          "no_repeat_ngram_size", 0,
          "encoder_repetition_penalty", 1,
          "typical_p", 1,
          "epsilon_cutoff", 0,
          "eta_cutoff", 0,
          "min_length", 0,
          "min_new_tokens", 0,
          "penalty_alpha", 0,
          "bad_words_ids", 0);

  private final Path file;
  private final JsonNode json;

  private GenerationConfigReader(Path file) {
    this.file = file;
    this.json = Files.exists(file) ? StrictJson.readObject(file) : MissingNode.getInstance();
  }

  static GenerationConfig read(Path checkpoint, Set<Integer> stopTokenIds) {
    return new GenerationConfigReader(checkpoint.resolve(FILE)).config(stopTokenIds);
  }

  private GenerationConfig config(Set<Integer> stopTokenIds) {
    warnOfUnsupported();
    SamplingConfig defaults = SamplingConfig.GREEDY;
    try {
      SamplingConfig sampling =
          new SamplingConfig(
              has("do_sample")
                  ? value("do_sample", JsonNode::isBoolean, "true or false").booleanValue()
                  : defaults.doSample(),
              number("temperature", defaults.temperature()),
              integer("top_k", defaults.topK()),
              number("top_p", defaults.topP()),
              number("min_p", defaults.minP()),
              number("repetition_penalty", defaults.repetitionPenalty()),
              suppressTokens(),
              defaults.seed());
      return new GenerationConfig(
          sampling,
          integer("max_new_tokens", GenerationConfig.DEFAULT_MAX_NEW_TOKENS),
          stopTokenIds,
          stopStrings(),
          GenerationConfig.NO_LOGPROBS);
    } catch (CofituneException e) {
      throw CofituneException.of(ErrorKind.FORMAT, e.getMessage()).at(file).cause(e).build();
    }
  }

  private Set<Integer> suppressTokens() {
    Set<Integer> ids = new HashSet<>();
    if (has("suppress_tokens")) {
      for (JsonNode id : value("suppress_tokens", JsonNode::isArray, "a list of token ids")) {
        ids.add(typed("suppress_tokens", id, JsonNode::isInt, "token ids").intValue());
      }
    }
    return ids;
  }

  private List<String> stopStrings() {
    JsonNode stop = json.path("stop_strings");
    List<String> strings = new ArrayList<>();
    if (stop.isTextual()) {
      strings.add(stop.textValue());
    }
    for (JsonNode one : stop) {
      strings.add(typed("stop_strings", one, JsonNode::isTextual, "strings").textValue());
    }
    return strings;
  }

  private void warnOfUnsupported() {
    UNSUPPORTED.forEach(
        (key, inert) -> {
          if (has(key) && json.get(key).asDouble(Double.NaN) != inert) {
            log.warn("{}: {} = {} has no effect here", file, key, json.get(key));
          }
        });
  }

  private boolean has(String key) {
    return json.hasNonNull(key);
  }

  private double number(String key, double otherwise) {
    return has(key) ? value(key, JsonNode::isNumber, "a number").doubleValue() : otherwise;
  }

  private int integer(String key, int otherwise) {
    return has(key) ? value(key, JsonNode::isInt, "a whole number").intValue() : otherwise;
  }

  private JsonNode value(String key, Predicate<JsonNode> type, String expected) {
    return typed(key, json.get(key), type, expected);
  }

  private static JsonNode typed(
      String key, JsonNode value, Predicate<JsonNode> type, String expected) {
    if (!type.test(value)) {
      throw CofituneException.of(ErrorKind.FORMAT, "impossible value")
          .at(key)
          .expected(expected)
          .found(value)
          .next("fetch the file again")
          .build();
    }
    return value;
  }
}
