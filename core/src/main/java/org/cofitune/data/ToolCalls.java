package org.cofitune.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls of tools by the assistant. OpenAI writes a call's arguments as JSON inside a string, chat
 * templates want the object: a string that holds an object becomes that object.
 */
final class ToolCalls {
  private static final TypeReference<Map<String, Object>> PLAIN = new TypeReference<>() {};

  private ToolCalls() {}

  /** The {@code tool_calls} of a message; none where the key is missing or null. */
  static List<Map<String, Object>> read(Fields turn) {
    if (!turn.has("tool_calls")) {
      return List.of();
    }
    List<Map<String, Object>> calls = new ArrayList<>();
    JsonNode array = turn.array("tool_calls");
    for (int i = 0; i < array.size(); i++) {
      calls.add(call(turn, "tool_calls[" + i + "]", array.get(i)));
    }
    return calls;
  }

  /** Calls that a string of JSON holds: one object with name and arguments, or an array of them. */
  static List<Map<String, Object>> written(Fields turn, String key) {
    JsonNode value;
    try {
      value = JsonRows.JSON.readTree(turn.text(key));
    } catch (JsonProcessingException e) {
      throw turn.bad("malformed JSON in the function call at " + turn.path(key))
          .found(e.getOriginalMessage())
          .next("mend the row, or set on_bad_row: skip")
          .cause(e)
          .build();
    }
    List<Map<String, Object>> calls = new ArrayList<>();
    if (value.isArray()) {
      for (JsonNode call : value) {
        calls.add(call(turn, key, call));
      }
    } else {
      calls.add(call(turn, key, value));
    }
    return calls;
  }

  private static Map<String, Object> call(Fields turn, String key, JsonNode value) {
    if (!(value instanceof ObjectNode object)) {
      throw turn.wrongType(key, "an object with a function's name and arguments", value);
    }
    ObjectNode call = object.deepCopy();
    if (!call.has("function")) {
      call = call.objectNode().put("type", "function").set("function", call);
    }
    if (!(call.get("function") instanceof ObjectNode function)
        || !function.path("name").isTextual()) {
      throw turn.wrongType(key, "an object with a function's name and arguments", value);
    }
    if (function.path("arguments").isTextual()) {
      asObject(function);
    }
    return JsonRows.JSON.convertValue(call, PLAIN);
  }

  private static void asObject(ObjectNode function) {
    try {
      JsonNode arguments = JsonRows.JSON.readTree(function.get("arguments").textValue());
      if (arguments.isObject()) {
        function.set("arguments", arguments);
      }
    } catch (JsonProcessingException e) {
      // A string that is no JSON is an argument as it stands.
      return;
    }
  }
}
