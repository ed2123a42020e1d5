package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.cofitune.error.NearestName;
import org.cofitune.http.ApiException;
import org.jspecify.annotations.Nullable;

/** The keys of a request, each read with its type and bounds; null counts as left out. */
final class RequestFields {
  private final ObjectNode json;

  RequestFields(ObjectNode json) {
    this.json = json;
  }

  @Nullable JsonNode get(String key) {
    return json.hasNonNull(key) ? json.get(key) : null;
  }

  JsonNode required(String key) {
    JsonNode value = get(key);
    if (value == null) {
      throw ApiException.invalid(key, "'" + key + "' is missing.");
    }
    return value;
  }

  Optional<String> text(String key) {
    JsonNode value = get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrong(key, "a string", value);
    }
    return Optional.of(value.textValue());
  }

  boolean flag(String key, boolean otherwise) {
    JsonNode value = get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value);
    }
    return value.booleanValue();
  }

  OptionalInt integer(String key, int least, int most) {
    JsonNode value = get(key);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
      String bounds =
          most == Integer.MAX_VALUE ? least + " or more" : "of " + least + " to " + most;
      throw wrong(key, "a whole number " + bounds, value);
    }
    return OptionalInt.of(value.intValue());
  }

  OptionalLong wide(String key) {
    JsonNode value = get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, "a whole number of 64 bits", value);
    }
    return OptionalLong.of(value.longValue());
  }

  OptionalDouble number(String key, double least, double most) {
    JsonNode value = get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    double number = value.doubleValue();
    if (!value.isNumber() || !(number >= least && number <= most)) {
      throw wrong(
          key,
          String.format(Locale.ROOT, "a number of %s to %s", plain(least), plain(most)),
          value);
    }
    return OptionalDouble.of(number);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** Refuses keys that nobody reads, with the nearest one that somebody does. */
  void refuseOthersThan(Set<String> known) {
    for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key) && get(key) != null) {
        String nearest =
            NearestName.of(key, known).map(name -> " Did you mean '" + name + "'?").orElse("");
        throw ApiException.invalid(key, "'" + key + "' is not supported here." + nearest);
      }
    }
  }

  static ApiException wrong(String key, String expected, JsonNode found) {
    String shown = found.isContainerNode() ? typeName(found) : found.toString();
    String cut = shown.length() > 40 ? shown.substring(0, 40) + "..." : shown;
    return ApiException.invalid(key, "'" + key + "' must be " + expected + ", not " + cut + ".");
  }

  private static String typeName(JsonNode node) {
    return node.isArray() ? "such an array" : "an object";
  }
}
