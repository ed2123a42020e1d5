package org.cofitune.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A JSON object of a configuration file, read with errors that name the file and the key.
 *
 * @param file the file
 * @param json the object
 * @param path where the object stands in the file, empty for the whole
 */
record ConfigNode(Path file, JsonNode json, String path) {
  ConfigNode {
    if (!json.isObject()) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a JSON object")
          .at(file + (path.isEmpty() ? "" : " $." + path))
          .expected("an object")
          .found(json.getNodeType().toString().toLowerCase(java.util.Locale.ROOT))
          .next("fetch the file again")
          .build();
    }
  }

  CofituneException.Builder error(String key, String what) {
    return CofituneException.of(ErrorKind.FORMAT, what)
        .at(file + " $." + (path.isEmpty() ? "" : path + ".") + key);
  }

  /** Whether a key is there and not null. */
  boolean has(String key) {
    return json.hasNonNull(key);
  }

  ConfigNode child(String key) {
    return new ConfigNode(file, json.get(key), path.isEmpty() ? key : path + "." + key);
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isTextual()) {
      throw wrong(key, "a string", value);
    }
    return value.textValue();
  }

  int positive(String key, int max) {
    return integer(key, required(key), 1, max);
  }

  int positiveOr(String key, int max, int otherwise) {
    return has(key) ? positive(key, max) : otherwise;
  }

  /** A number that may be zero. */
  int countOr(String key, int max, int otherwise) {
    return has(key) ? integer(key, required(key), 0, max) : otherwise;
  }

  double positiveNumber(String key) {
    JsonNode value = required(key);
    if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
      throw wrong(key, "a positive number", value);
    }
    return value.doubleValue();
  }

  double positiveNumberOr(String key, double otherwise) {
    return has(key) ? positiveNumber(key) : otherwise;
  }

  boolean flagOr(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = json.get(key);
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value);
    }
    return value.booleanValue();
  }

  /** Refuses any other value than the one that is implemented. */
  void require(String key, String implemented, String otherwise) {
    String value = has(key) ? text(key) : otherwise;
    if (!value.equals(implemented)) {
      throw error(key, "not implemented")
          .expected("\"" + implemented + "\"")
          .found("\"" + value + "\"")
          .next("use a checkpoint of the LLaMA family")
          .build();
    }
  }

  /** Refuses a key unless it has the value that changes nothing. */
  void requireAbsentOr(String key, double neutral) {
    if (has(key) && positiveNumber(key) != neutral) {
      throw error(key, "not implemented")
          .expected("no such key, or " + neutral)
          .found(json.get(key))
          .next("use a checkpoint of the LLaMA family")
          .build();
    }
  }

  private int integer(String key, JsonNode value, int min, int max) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(key, "a whole number from " + min + " to " + max, value);
    }
    int number = value.intValue();
    if (number < min || number > max) {
      throw wrong(key, "a whole number from " + min + " to " + max, value);
    }
    return number;
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw error(key, "the key is missing").next("fetch the file again").build();
    }
    return json.get(key);
  }

  private CofituneException wrong(String key, String expected, JsonNode found) {
    String shown = found.toString();
    return error(key, "unusable value")
        .expected(expected)
        .found(shown.length() > 80 ? shown.substring(0, 80) + "..." : shown)
        .next("fetch the file again")
        .build();
  }
}
