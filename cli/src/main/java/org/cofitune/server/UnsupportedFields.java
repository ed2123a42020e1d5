package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.cofitune.http.ApiException;

/** Keys of OpenAI's interface that this server cannot honour, and those that change no answer. */
final class UnsupportedFields {
  /** Says something about the caller or the bill, nothing about the answer. */
  static final Set<String> HARMLESS =
      Set.of(
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "parallel_tool_calls");

  /** What each of them may say, since it then asks for nothing. */
  static final Map<String, Predicate<JsonNode>> NEUTRAL =
      Map.ofEntries(
          Map.entry("n", value -> is(value, 1)),
          Map.entry("best_of", value -> is(value, 1)),
          Map.entry("suffix", UnsupportedFields::isEmpty),
          Map.entry("frequency_penalty", value -> is(value, 0)),
          Map.entry("presence_penalty", value -> is(value, 0)),
          Map.entry("logit_bias", UnsupportedFields::isEmpty),
          Map.entry("tools", UnsupportedFields::isEmpty),
          Map.entry("functions", UnsupportedFields::isEmpty),
          Map.entry("tool_choice", UnsupportedFields::namesNoTool),
          Map.entry("function_call", UnsupportedFields::namesNoTool),
          Map.entry("response_format", value -> value.path("type").asText().equals("text")),
          Map.entry("modalities", value -> value.toString().equals("[\"text\"]")));

  private UnsupportedFields() {}

  private static boolean is(JsonNode value, int number) {
    return value.asDouble(Double.NaN) == number;
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isContainerNode() ? value.isEmpty() : value.asText().isEmpty();
  }

  private static boolean namesNoTool(JsonNode value) {
    return value.asText().equals("none") || value.asText().equals("auto");
  }

  /**
   * Refuses what would change the answer.
   *
   * @throws ApiException 400 naming the key
   */
  static void refuse(RequestFields fields) {
    NEUTRAL.forEach(
        (key, neutral) -> {
          JsonNode value = fields.get(key);
          if (value != null && !neutral.test(value)) {
            throw ApiException.invalid(
                key, "'" + key + "' is not supported here; leave it out to go on without it.");
          }
        });
  }
}
