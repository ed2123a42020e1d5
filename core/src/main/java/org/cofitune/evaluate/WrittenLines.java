package org.cofitune.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/** Written answers as one JSON array of texts. */
final class WrittenLines {
  private static final JsonMapper JSON = new JsonMapper();

  private WrittenLines() {}

  static String write(List<String> texts) {
    try {
      return JSON.writeValueAsString(texts);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts that JSON cannot hold", e);
    }
  }

  static List<String> read(String json) {
    try {
      return List.of(JSON.readValue(json, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("another process sent no texts", e);
    }
  }
}
