package org.cofitune.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Variables of a block. Loops, macros and capturing blocks open an inner scope whose assignments
 * end with it; {@code if} does not.
 */
final class Scope {
  private final @Nullable Scope outer;
  private final Map<String, Object> variables;

  private Scope(@Nullable Scope outer, Map<String, Object> variables) {
    this.outer = outer;
    this.variables = variables;
  }

  static Scope outermost(Map<String, Object> variables) {
    return new Scope(null, variables);
  }

  Scope inner() {
    return new Scope(this, new HashMap<>());
  }

  @Nullable Object find(String name) {
    Scope scope = this;
    while (scope != null) {
      Object value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
      scope = scope.outer;
    }
    return null;
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }
}
