package org.cofitune.text.jinja;

/** A filter with its arguments, as in {@code | join(', ')}. */
record FilterCall(String name, ArgumentList arguments, int line) {
  Object apply(Object value, Scope scope, Rendering rendering) {
    Arguments values = arguments.evaluate(scope, rendering);
    rendering.at(line);
    return Filters.named(name, rendering.dialect()).apply(value, values, rendering);
  }
}
