package org.cofitune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the files beside {@code tokenizer.json} say of special tokens.
 *
 * <p>A role's token ({@code bos}, {@code eos}, {@code pad}, {@code unk}) is the one that {@code
 * tokenizer_config.json} names, else {@code special_tokens_map.json}; an explicit {@code null} in
 * the first means that there is none. Where neither file has the key, the id in {@code config.json}
 * counts.
 */
final class SpecialTokens {
  private static final List<String> ROLES = List.of("bos", "eos", "pad", "unk");

  private final JsonNode tokenizerConfig;
  private final JsonNode specialTokensMap;
  private final JsonNode config;
  private final JsonNode generationConfig;

  private SpecialTokens(Path directory) {
    tokenizerConfig = CheckpointJson.read(directory, "tokenizer_config.json");
    specialTokensMap = CheckpointJson.read(directory, "special_tokens_map.json");
    config = CheckpointJson.read(directory, "config.json");
    generationConfig = CheckpointJson.read(directory, "generation_config.json");
  }

  static SpecialTokens of(Path checkpoint) {
    return new SpecialTokens(checkpoint);
  }

  /** Text of the token of a role. */
  @Nullable String named(String role) {
    String key = role + "_token";
    if (tokenizerConfig.has(key)) {
      return content(tokenizerConfig.get(key));
    }
    return specialTokensMap.has(key) ? content(specialTokensMap.get(key)) : null;
  }

  /** The tokens that a chat template can name, such as {@code bos_token}. */
  Map<String, Object> names() {
    Map<String, Object> names = new LinkedHashMap<>();
    for (String role : ROLES) {
      String token = named(role);
      if (token != null) {
        names.put(role + "_token", token);
      }
    }
    List<String> additional = additional();
    if (!additional.isEmpty()) {
      names.put("additional_special_tokens", additional);
    }
    return names;
  }

  private List<String> additional() {
    String key = "additional_special_tokens";
    JsonNode listed =
        tokenizerConfig.has(key) ? tokenizerConfig.get(key) : specialTokensMap.path(key);
    List<String> tokens = new ArrayList<>();
    for (JsonNode token : listed) {
      String content = content(token);
      if (content != null) {
        tokens.add(content);
      }
    }
    return tokens;
  }

  /** Id of the token of a role, or null where the checkpoint has none. */
  @Nullable Integer id(String role, Vocabulary vocabulary) {
    String key = role + "_token";
    if (tokenizerConfig.has(key) || specialTokensMap.has(key)) {
      String token = named(role);
      return token == null ? null : vocabulary.id(token);
    }
    List<Integer> ids = integers(config.path(key + "_id"));
    return ids.isEmpty() ? null : ids.get(0);
  }

  /**
   * Ids that end generation: those of {@code generation_config.json} (else of {@code config.json})
   * and the tokenizer's own end-of-sequence token, which instruction-tuned checkpoints set to their
   * end-of-turn token.
   */
  Set<Integer> stopIds(Vocabulary vocabulary) {
    List<Integer> configured = integers(generationConfig.path("eos_token_id"));
    Set<Integer> ids =
        new LinkedHashSet<>(
            configured.isEmpty() ? integers(config.path("eos_token_id")) : configured);
    Integer eos = id("eos", vocabulary);
    if (eos != null) {
      ids.add(eos);
    }
    return ids;
  }

  /**
   * Tokens that transformers adds to those of {@code tokenizer.json} when it loads, in its order:
   * {@code added_tokens_decoder} by id, then the roles, then the additional special tokens. The
   * value says whether the token is special.
   */
  Map<String, Boolean> declared() {
    Map<String, Boolean> tokens = new LinkedHashMap<>();
    JsonNode decoder = tokenizerConfig.path("added_tokens_decoder");
    List<String> keys = new ArrayList<>();
    decoder.fieldNames().forEachRemaining(keys::add);
    keys.sort(
        (a, b) ->
            a.length() == b.length() ? a.compareTo(b) : Integer.compare(a.length(), b.length()));
    for (String key : keys) {
      JsonNode token = decoder.get(key);
      String content = content(token);
      if (content != null) {
        tokens.put(content, token.path("special").asBoolean(false));
      }
    }
    for (String role : ROLES) {
      String token = named(role);
      if (token != null) {
        tokens.put(token, true);
      }
    }
    additional().forEach(token -> tokens.put(token, true));
    return tokens;
  }

  /** A token is written as its text or as an object with the text in {@code content}. */
  private static @Nullable String content(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() && !text.textValue().isEmpty() ? text.textValue() : null;
  }

  private static List<Integer> integers(JsonNode value) {
    List<Integer> ids = new ArrayList<>();
    if (value.isInt()) {
      ids.add(value.intValue());
    }
    for (JsonNode element : value) {
      if (element.isInt()) {
        ids.add(element.intValue());
      }
    }
    return ids;
  }
}
