package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's binary operators over any values. */
final class Operators {
  private Operators() {}

  static Object apply(String operator, Object left, Object right, Rendering rendering) {
    if (left instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (operator.equals("%") && left instanceof String format) {
      return rendering.made(PercentFormat.format(format, right, rendering));
    }
    if (right instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
      return PythonNumbers.compute(operator, left, right);
    }
    Object result =
        switch (operator) {
          case "+" -> sum(left, right, rendering);
          case "*" ->
              PythonNumbers.isInteger(right)
                  ? repeated(left, PythonNumbers.index(right), rendering)
                  : PythonNumbers.isInteger(left)
                      ? repeated(right, PythonNumbers.index(left), rendering)
                      : null;
          default -> null;
        };
    if (result == null) {
      throw TemplateError.of(
          String.format(
              "unsupported operand types for %s: '%s' and '%s'",
              operator, PythonValues.typeName(left), PythonValues.typeName(right)));
    }
    return result;
  }

  private static @Nullable Object sum(Object left, Object right, Rendering rendering) {
    if (left instanceof String a && right instanceof String b) {
      rendering.reserve((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return joined(a, b, rendering);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return new Tuple(joined(a.items(), b.items(), rendering));
    }
    return null;
  }

  private static List<Object> joined(List<?> left, List<?> right, Rendering rendering) {
    rendering.reserveElements((long) left.size() + right.size());
    List<Object> all = new ArrayList<>(left);
    all.addAll(right);
    return all;
  }

  private static @Nullable Object repeated(Object value, long count, Rendering rendering) {
    long times = Math.max(0, Math.min(count, rendering.limits().text() + 1L));
    if (value instanceof String text) {
      rendering.reserve(text.length() * times);
      return text.repeat((int) times);
    }
    List<Object> items =
        value instanceof List || value instanceof Tuple ? PythonValues.elements(value) : null;
    if (items == null) {
      return null;
    }
    rendering.reserveElements(items.size() * times);
    List<Object> all = new ArrayList<>();
    for (long i = 0; i < times && !items.isEmpty(); i++) {
      all.addAll(items);
    }
    return value instanceof Tuple ? new Tuple(all) : all;
  }
}
