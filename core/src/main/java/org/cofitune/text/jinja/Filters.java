package org.cofitune.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** The filters by name. */
final class Filters {
  interface Filter {
    Object apply(Object value, Arguments arguments, Rendering rendering);
  }

  private static final Map<String, Filter> COMMON = new HashMap<>();
  private static final Map<Dialect, Map<String, Filter>> OWN =
      Map.of(
          Dialect.CHAT_TEMPLATE, Map.of("tojson", Json::tojson),
          Dialect.TASK_FIELD, Map.of("regex_replace", RegexReplace::apply));

  static {
    COMMON.putAll(TextFilters.ALL);
    COMMON.putAll(NumberFilters.ALL);
    COMMON.putAll(SequenceFilters.ALL);
    COMMON.putAll(SelectionFilters.ALL);
  }

  private Filters() {}

  static boolean exists(Object name, Rendering rendering) {
    return name instanceof String text
        && (COMMON.containsKey(text) || own(rendering.dialect()).containsKey(text));
  }

  static Filter named(String name, Dialect dialect) {
    Filter filter = COMMON.getOrDefault(name, own(dialect).get(name));
    if (filter == null) {
      throw TemplateError.unsupported("the filter '" + name + "'");
    }
    return filter;
  }

  private static Map<String, Filter> own(Dialect dialect) {
    return OWN.getOrDefault(dialect, Map.of());
  }
}
