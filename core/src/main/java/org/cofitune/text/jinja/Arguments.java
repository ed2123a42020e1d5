package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluated arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The arguments without the first positional ones. */
  Arguments from(int index) {
    return new Arguments(positional.subList(index, positional.size()), named);
  }

  /**
   * Matches the arguments with parameter names, as Python does.
   *
   * @throws TemplateError for one too many, an unknown keyword, or a parameter given twice
   */
  Bound bind(String callee, String... parameters) {
    if (positional.size() > parameters.length) {
      throw TemplateError.of(
          callee
              + "() takes at most "
              + parameters.length
              + " arguments, "
              + positional.size()
              + " given");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    named.forEach(
        (name, value) -> {
          if (!List.of(parameters).contains(name)) {
            throw TemplateError.of(callee + "() got an unexpected keyword argument '" + name + "'");
          }
          if (values.put(name, value) != null) {
            throw TemplateError.of(callee + "() got multiple values for argument '" + name + "'");
          }
        });
    return new Bound(callee, values);
  }

  Arguments with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new Arguments(new ArrayList<>(positional), more);
  }

  /** Arguments by parameter name. */
  record Bound(String callee, Map<String, Object> values) {
    boolean has(String name) {
      return values.containsKey(name);
    }

    Object required(String name) {
      Object value = values.get(name);
      if (value == null) {
        throw TemplateError.of(callee + "() misses its argument '" + name + "'");
      }
      return value;
    }

    Object get(String name, Object otherwise) {
      return values.getOrDefault(name, otherwise);
    }

    /** The value, or null where it is absent or None. */
    @Nullable Object orNull(String name) {
      Object value = values.get(name);
      return value == None.NONE ? null : value;
    }

    boolean truth(String name, boolean otherwise) {
      Object value = values.get(name);
      return value == null ? otherwise : PythonValues.truth(value);
    }

    long integer(String name, long otherwise) {
      Object value = values.get(name);
      return value == null ? otherwise : PythonNumbers.index(value);
    }

    String text(String name) {
      return PythonValues.requireText(required(name), callee + "() argument '" + name + "'");
    }

    String text(String name, String otherwise) {
      return has(name) ? text(name) : otherwise;
    }
  }
}
