package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code dict}, {@code list} and {@code tuple} that change nothing. */
final class CollectionMethods {
  private static final Set<String> CHANGES_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update", "copy", "fromkeys");
  private static final Set<String> CHANGES_LIST =
      Set.of("append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort");

  private CollectionMethods() {}

  static @Nullable Object ofDict(Map<?, ?> dict, String name) {
    return switch (name) {
      case "items" -> sized(name, dict, "dict_items");
      case "keys" -> sized(name, dict, "dict_keys");
      case "values" -> sized(name, dict, "dict_values");
      case "get" -> (Invocable) (arguments, rendering) -> get(dict, arguments);
      default -> {
        if (CHANGES_DICT.contains(name)) {
          throw TemplateError.unsupported("the method dict." + name);
        }
        yield null;
      }
    };
  }

  private static Invocable sized(String name, Map<?, ?> dict, String type) {
    return (arguments, rendering) -> {
      arguments.bind(name);
      return new View(type, parts(dict, name));
    };
  }

  private static List<Object> parts(Map<?, ?> dict, String name) {
    List<Object> parts = new ArrayList<>(dict.size());
    dict.forEach(
        (key, value) ->
            parts.add(
                name.equals("items") ? Tuple.of(key, value) : name.equals("keys") ? key : value));
    return parts;
  }

  private static Object get(Map<?, ?> dict, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("get", "key", "default");
    Object key = bound.required("key");
    Lookup.requireKey(key);
    Object value = Lookup.find(dict, key);
    return value != null ? value : bound.get("default", None.NONE);
  }

  static @Nullable Object ofSequence(Object sequence, String name) {
    return switch (name) {
      case "index" -> (Invocable) (arguments, rendering) -> index(sequence, arguments);
      case "count" -> (Invocable) (arguments, rendering) -> count(sequence, arguments);
      default -> {
        if (sequence instanceof List && CHANGES_LIST.contains(name)) {
          throw TemplateError.unsupported("the method list." + name);
        }
        yield null;
      }
    };
  }

  private static long index(Object sequence, Arguments arguments) {
    Object wanted = arguments.bind("index", "value").required("value");
    long at = 0;
    for (Object item : elements(sequence)) {
      if (PythonOrder.equal(item, wanted)) {
        return at;
      }
      at++;
    }
    throw TemplateError.of(PythonText.repr(wanted) + " is not in the list");
  }

  private static long count(Object sequence, Arguments arguments) {
    Object wanted = arguments.bind("count", "value").required("value");
    return elements(sequence).stream().filter(item -> PythonOrder.equal(item, wanted)).count();
  }

  private static List<Object> elements(Object sequence) {
    List<Object> elements = PythonValues.elements(sequence);
    return elements != null ? elements : List.of();
  }
}
