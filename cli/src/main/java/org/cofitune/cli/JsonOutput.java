package org.cofitune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** The one object that {@code --json} prints on standard output. */
final class JsonOutput {
  private JsonOutput() {}

  static void print(Console console, Object value) {
    try {
      console
          .out()
          .println(
              new ObjectMapper()
                  .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                  .writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
