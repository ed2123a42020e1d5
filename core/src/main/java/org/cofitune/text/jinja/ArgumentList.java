package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arguments as written.
 *
 * @param spread what stands behind {@code *}
 * @param spreadNamed what stands behind {@code **}
 */
record ArgumentList(
    List<Expression> positional,
    Map<String, Expression> named,
    @Nullable Expression spread,
    @Nullable Expression spreadNamed) {
  static final ArgumentList EMPTY = new ArgumentList(List.of(), Map.of(), null, null);

  Arguments evaluate(Scope scope, Rendering rendering) {
    List<Object> values = new ArrayList<>(positional.size());
    for (Expression argument : positional) {
      values.add(argument.evaluate(scope, rendering));
    }
    if (spread != null) {
      values.addAll(PythonValues.list(spread.evaluate(scope, rendering), rendering));
    }
    Map<String, Object> byName = new LinkedHashMap<>();
    named.forEach((name, argument) -> byName.put(name, argument.evaluate(scope, rendering)));
    if (spreadNamed != null) {
      if (!(spreadNamed.evaluate(scope, rendering) instanceof Map<?, ?> more)) {
        throw TemplateError.of("argument after ** must be a dict");
      }
      more.forEach((name, value) -> byName.put(PythonValues.requireText(name, "keywords"), value));
    }
    return new Arguments(values, byName);
  }
}
