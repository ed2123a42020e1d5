package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;
import org.jspecify.annotations.Nullable;

/** Typed reading of one mapping of a task file; every mistake names file, line, key and value. */
final class TaskKeys {
  private static final ObjectMapper PLAIN = new ObjectMapper();

  private final ObjectNode node;
  private final String path;
  private final Map<String, String> places;
  private final Set<String> known = new HashSet<>();

  TaskKeys(ObjectNode node, String path, Map<String, String> places) {
    this.node = node;
    this.path = path;
    this.places = places;
  }

  /** Where the mapping begins. */
  String place() {
    return places.getOrDefault(path, places.getOrDefault("", "task"));
  }

  /** Where a key of the mapping stands. */
  String place(String key) {
    return places.getOrDefault(pathOf(key), place());
  }

  /** The value of a key, or null where it is missing or null itself. */
  @Nullable JsonNode value(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String key) {
    return value(key) != null;
  }

  Optional<String> text(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value.isContainerNode()) {
      throw wrong(key, "text", value);
    }
    return Optional.of(value.asText());
  }

  String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  String required(String key) {
    return text(key).orElseThrow(() -> missing(key));
  }

  Optional<Integer> integer(String key, int least) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isInt() || value.intValue() < least) {
      throw wrong(key, "a whole number, " + least + " or more", value);
    }
    return Optional.of(value.intValue());
  }

  Optional<Long> wholeNumber(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, "a whole number", value);
    }
    return Optional.of(value.longValue());
  }

  Optional<Double> number(String key, double least, double most) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
      throw wrong(key, "a number from " + least + " to " + most, value);
    }
    return Optional.of(value.doubleValue());
  }

  boolean flag(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A text, or a list of texts. */
  List<String> texts(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return List.of();
    }
    if (value.isObject()) {
      throw wrong(key, "text, or a list of texts", value);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value.isArray() ? value : List.of(value)) {
      if (element.isContainerNode() || element.isNull()) {
        throw wrong(key, "text, or a list of texts", value);
      }
      texts.add(element.asText());
    }
    return texts;
  }

  Optional<TaskKeys> mapping(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof ObjectNode object) {
      return Optional.of(new TaskKeys(object, pathOf(key), places));
    }
    throw wrong(key, "a mapping", value);
  }

  List<TaskKeys> mappings(String key) {
    JsonNode value = value(key);
    List<TaskKeys> mappings = new ArrayList<>();
    if (value == null) {
      return mappings;
    }
    if (!value.isArray()) {
      throw wrong(key, "a list of mappings", value);
    }
    for (int i = 0; i < value.size(); i++) {
      if (!(value.get(i) instanceof ObjectNode object)) {
        throw wrong(key, "a list of mappings", value.get(i));
      }
      mappings.add(new TaskKeys(object, pathOf(key) + "[" + i + "]", places));
    }
    return mappings;
  }

  /** One of a few words. */
  Optional<String> word(String key, Collection<String> words) {
    Optional<String> word = text(key);
    if (word.isPresent() && !words.contains(word.get())) {
      throw CofituneException.of(ErrorKind.RECIPE, pathOf(key))
          .at(place(key))
          .expected("one of " + String.join(", ", words))
          .found("\"" + word.get() + "\"")
          .next(
              NearestName.of(word.get(), words)
                  .map(near -> "did you mean \"" + near + "\"?")
                  .orElse("choose one"))
          .build();
    }
    return word;
  }

  /** A value as maps, lists, texts, numbers and booleans of the JDK. */
  static @Nullable Object plain(JsonNode value) {
    return PLAIN.convertValue(value, Object.class);
  }

  /** All keys with their values, as {@link #plain} gives them. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    node.properties().forEach(entry -> fields.put(entry.getKey(), plain(entry.getValue())));
    known.addAll(fields.keySet());
    return fields;
  }

  /** The names of all keys that are there. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Refuses whatever key no getter asked for. */
  void refuseOthers() {
    for (String name : names()) {
      if (!known.contains(name)) {
        throw CofituneException.of(ErrorKind.RECIPE, "unknown key \"" + pathOf(name) + "\"")
            .at(place(name))
            .next(
                NearestName.of(name, known)
                    .map(near -> "did you mean \"" + near + "\"?")
                    .orElse("remove it"))
            .build();
      }
    }
  }

  CofituneException missing(String key) {
    return CofituneException.of(ErrorKind.RECIPE, "missing key \"" + pathOf(key) + "\"")
        .at(place())
        .next("add it")
        .build();
  }

  CofituneException wrong(String key, String expected, JsonNode found) {
    return CofituneException.of(ErrorKind.RECIPE, pathOf(key))
        .at(place(key))
        .expected(expected)
        .found(found)
        .build();
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
