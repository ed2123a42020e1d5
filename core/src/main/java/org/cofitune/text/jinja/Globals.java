package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions that every template can call. */
final class Globals {
  /** jinja2's sandbox allows no longer range. */
  private static final int MAX_RANGE = 100_000;

  private Globals() {}

  static Map<String, Object> of(Dialect dialect) {
    Map<String, Object> globals = new HashMap<>();
    globals.put("range", (Invocable) (arguments, rendering) -> range(arguments));
    globals.put(
        "dict",
        (Invocable) (arguments, rendering) -> new LinkedHashMap<>(initial("dict", arguments)));
    globals.put(
        "namespace",
        (Invocable) (arguments, rendering) -> Namespace.of(initial("namespace", arguments)));
    for (String name : List.of("cycler", "joiner", "lipsum")) {
      globals.put(
          name,
          (Invocable)
              (arguments, rendering) -> {
                throw TemplateError.unsupported("the function " + name);
              });
    }
    if (dialect == Dialect.CHAT_TEMPLATE) {
      globals.put("raise_exception", (Invocable) (arguments, rendering) -> raise(arguments));
      globals.put("strftime_now", (Invocable) Globals::strftimeNow);
    }
    return globals;
  }

  private static Object raise(Arguments arguments) {
    Object message = arguments.bind("raise_exception", "message").required("message");
    throw TemplateError.raised(PythonText.str(message));
  }

  private static Object strftimeNow(Arguments arguments, Rendering rendering) {
    String format = arguments.bind("strftime_now", "format").text("format");
    return Strftime.format(format, rendering.now());
  }

  private static Map<String, Object> initial(String name, Arguments arguments) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw TemplateError.of(name + " expected at most 1 argument");
    }
    for (Object first : arguments.positional()) {
      if (!(first instanceof Map<?, ?> map)) {
        throw TemplateError.unsupported(name + "() of a value that is no dict");
      }
      map.forEach((key, value) -> values.put(PythonValues.requireText(key, "a key"), value));
    }
    values.putAll(arguments.named());
    return values;
  }

  private static Object range(Arguments arguments) {
    List<Object> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
      throw TemplateError.of("range expected 1 to 3 arguments");
    }
    long start = given.size() == 1 ? 0 : bound(given.get(0));
    long stop = bound(given.get(given.size() == 1 ? 0 : 1));
    long step = given.size() == 3 ? bound(given.get(2)) : 1;
    if (step == 0) {
      throw TemplateError.of("range() arg 3 must not be zero");
    }
    List<Object> items = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (items.size() == MAX_RANGE) {
        throw TemplateError.of("range too big, at most " + MAX_RANGE + " elements");
      }
      items.add(i);
    }
    return new View("range", items);
  }

  private static long bound(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    long bound = PythonNumbers.index(value);
    if (Math.abs(bound) > Integer.MAX_VALUE) {
      throw TemplateError.of("range too big");
    }
    return bound;
  }
}
