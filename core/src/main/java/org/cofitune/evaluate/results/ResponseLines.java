package org.cofitune.evaluate.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.task.Response;

/** Responses as lines of JSON: {@code {"key": "...", "scored": [[-1.5, 2, true]]}}. */
final class ResponseLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ResponseLines() {}

  /**
   * The responses in a file, by key.
   *
   * @param text the file's, whole lines
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming the line that is no such thing
   */
  static Map<String, List<Response>> read(Path file, String text) {
    Map<String, List<Response>> responses = new HashMap<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length - 1; i++) {
      try {
        JsonNode line = JSON.readTree(lines[i]);
        responses.put(line.required("key").asText(), responses(line));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        throw CofituneException.of(ErrorKind.FORMAT, "kept responses are damaged")
            .at(file + ":" + (i + 1))
            .found(String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
            .next("delete the file; its items are then asked again")
            .cause(e)
            .build();
      }
    }
    return responses;
  }

  /** The line of the responses to an item. */
  static String line(String key, List<Response> answered) {
    ObjectNode line = JSON.createObjectNode().put("key", key);
    for (Response response : answered) {
      if (response instanceof Response.Scored scored) {
        line.withArray("scored")
            .addArray()
            .add(scored.logLikelihood())
            .add(scored.tokens())
            .add(scored.greedy());
      } else if (response instanceof Response.Generated generated) {
        line.withArray("generated").add(generated.text());
      }
    }
    return line.toString();
  }

  private static List<Response> responses(JsonNode line) {
    List<Response> responses = new ArrayList<>();
    for (JsonNode scored : line.path("scored")) {
      if (!(scored instanceof ArrayNode values)
          || values.size() != 3
          || !values.get(0).isNumber()
          || !values.get(1).isInt()
          || !values.get(2).isBoolean()) {
        throw new IllegalArgumentException("not a score: " + scored);
      }
      responses.add(
          new Response.Scored(
              values.get(0).asDouble(), values.get(1).asInt(), values.get(2).asBoolean()));
    }
    for (JsonNode text : line.path("generated")) {
      responses.add(new Response.Generated(text.asText()));
    }
    return responses;
  }
}
