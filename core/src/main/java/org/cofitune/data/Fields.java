package org.cofitune.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** Typed reading of a row's keys; every mistake names the row, the JSON path, and what is there. */
final class Fields {
  private final ObjectNode object;
  private final String path;
  private final RowSource source;

  Fields(JsonRow row) {
    this(row.object(), "$", row.source());
  }

  private Fields(ObjectNode object, String path, RowSource source) {
    this.object = object;
    this.path = path;
    this.source = source;
  }

  RowSource source() {
    return source;
  }

  /** Whether the key has a value other than null. */
  boolean has(String key) {
    return object.hasNonNull(key);
  }

  JsonNode required(String key) {
    JsonNode value = object.get(key);
    if (value == null) {
      throw bad("missing key \"" + key + "\"")
          .expected("\"" + key + "\"")
          .found(keys())
          .next("add the key, or set on_bad_row: skip")
          .build();
    }
    return value;
  }

  /** A string that must be there. */
  String text(String key) {
    return textOf(required(key), key);
  }

  /** A string, or empty when the key is missing or null. */
  String textOrEmpty(String key) {
    return has(key) ? text(key) : "";
  }

  @Nullable String textOrNull(String key) {
    return has(key) ? text(key) : null;
  }

  /** The objects of an array that must be there. */
  List<Fields> objects(String key) {
    JsonNode array = array(key);
    List<Fields> objects = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      if (!(array.get(i) instanceof ObjectNode element)) {
        throw wrongType(key + "[" + i + "]", "an object", array.get(i));
      }
      objects.add(new Fields(element, path + "." + key + "[" + i + "]", source));
    }
    return objects;
  }

  JsonNode array(String key) {
    JsonNode array = required(key);
    if (!array.isArray()) {
      throw wrongType(key, "an array", array);
    }
    return array;
  }

  /** Whole numbers of an array that must be there. */
  int[] ints(String key) {
    JsonNode array = array(key);
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      JsonNode value = array.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToInt()) {
        throw wrongType(key + "[" + i + "]", "a 32-bit whole number", value);
      }
      ints[i] = value.intValue();
    }
    return ints;
  }

  String textOf(JsonNode value, String key) {
    if (!value.isTextual()) {
      throw wrongType(key, "a string", value);
    }
    String text = value.textValue();
    int surrogate = unpairedSurrogate(text);
    if (surrogate >= 0) {
      throw bad("text is not valid Unicode at " + path + "." + key)
          .expected("surrogates in pairs")
          .found(String.format("a lone \\u%04x", (int) text.charAt(surrogate)))
          .next("mend the text, or set on_bad_row: skip")
          .build();
    }
    return text;
  }

  CofituneException wrongType(String key, String expected, JsonNode found) {
    return bad("wrong type at " + path + "." + key)
        .expected(expected)
        .found(typeName(found))
        .next("mend the row, or set on_bad_row: skip")
        .build();
  }

  /** Starts an error about this row. */
  CofituneException.Builder bad(String what) {
    return CofituneException.of(ErrorKind.DATA, what).at(source);
  }

  /** The JSON path of a key of these fields. */
  String path(String key) {
    return path + "." + key;
  }

  /** The keys that are there. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The keys that are there, for a message. */
  String keys() {
    return object.isEmpty() ? "no keys" : "\"" + String.join("\", \"", names()) + "\"";
  }

  static String typeName(JsonNode node) {
    String type = node.getNodeType().name().toLowerCase(Locale.ROOT);
    return node.isNumber() || node.isBoolean() ? type + " " + node : type;
  }

  private static int unpairedSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return i;
      }
    }
    return -1;
  }
}
