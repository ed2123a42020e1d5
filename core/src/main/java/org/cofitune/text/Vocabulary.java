package org.cofitune.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a {@code tokenizer.json}: the model's vocabulary and the added tokens. Read as a
 * stream, because the merges beside it are megabytes that nobody here needs.
 */
final class Vocabulary {
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> tokens = new HashMap<>();
  private final Map<String, Boolean> added = new HashMap<>();
  private int size;

  /**
   * Reads the content of a {@code tokenizer.json}.
   *
   * @throws IOException where it is not JSON or holds no vocabulary
   */
  static Vocabulary read(byte[] tokenizerJson) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    try (JsonParser json = new JsonFactory().createParser(tokenizerJson)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      boolean hasModel = false;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("model") && value == JsonToken.START_OBJECT) {
          hasModel = true;
          vocabulary.readModel(json);
        } else if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
          vocabulary.readAddedTokens(json);
        } else {
          json.skipChildren();
        }
      }
      if (!hasModel) {
        throw new IOException("no \"model\"");
      }
    }
    if (vocabulary.ids.isEmpty()) {
      throw new IOException("no vocabulary in \"model\"");
    }
    return vocabulary;
  }

  private void readModel(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String token = json.currentName();
          json.nextToken();
          put(json.getIntValue(), token);
        }
      } else if (field.equals("vocab") && value == JsonToken.START_ARRAY) {
        readScoredVocabulary(json);
      } else {
        json.skipChildren();
      }
    }
  }

  /** The unigram form: {@code [[token, score], ...]}, the id is the position. */
  private void readScoredVocabulary(JsonParser json) throws IOException {
    for (int id = 0; json.nextToken() == JsonToken.START_ARRAY; id++) {
      json.nextToken();
      put(id, json.getText());
      while (json.nextToken() != JsonToken.END_ARRAY) {
        json.skipChildren();
      }
    }
  }

  private void readAddedTokens(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.START_OBJECT) {
      int id = -1;
      String content = null;
      boolean special = false;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "id" -> id = json.getIntValue();
          case "content" -> content = json.getText();
          case "special" -> special = json.getBooleanValue();
          default -> json.skipChildren();
        }
      }
      if (id < 0 || content == null) {
        throw new IOException("an added token without \"id\" or \"content\"");
      }
      add(id, content, special);
    }
  }

  void add(int id, String content, boolean special) {
    put(id, content);
    added.put(content, special);
  }

  private void put(int id, String token) {
    ids.put(token, id);
    tokens.put(id, token);
    size = Math.max(size, id + 1);
  }

  /** One more than the highest id: the rows that an embedding matrix must have. */
  int size() {
    return size;
  }

  @Nullable String token(int id) {
    return tokens.get(id);
  }

  @Nullable Integer id(String token) {
    return ids.get(token);
  }

  boolean isAdded(String token) {
    return added.containsKey(token);
  }

  /** Whether a text ends in a special token, written out. */
  boolean endsInSpecial(String text) {
    return added.entrySet().stream()
        .anyMatch(token -> token.getValue() && text.endsWith(token.getKey()));
  }

  boolean isSpecial(int id) {
    String token = tokens.get(id);
    return token != null && added.getOrDefault(token, false);
  }
}
