package org.cofitune.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code ==}, {@code <} and {@code in}. */
final class PythonOrder {
  private PythonOrder() {}

  static boolean equal(Object left, Object right) {
    if (PythonNumbers.isInteger(left) && PythonNumbers.isInteger(right)) {
      return PythonNumbers.index(left) == PythonNumbers.index(right);
    }
    if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
      return PythonNumbers.real(left) == PythonNumbers.real(right);
    }
    if (left instanceof Undefined a && right instanceof Undefined b) {
      a.requireLenient();
      b.requireLenient();
      return true;
    }
    if (left instanceof Undefined a) {
      a.requireLenient();
      return false;
    }
    if (right instanceof Undefined b) {
      b.requireLenient();
      return false;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return elementsEqual(a, b);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return elementsEqual(a.items(), b.items());
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return a.size() == b.size()
          && a.entrySet().stream()
              .allMatch(
                  entry -> {
                    Object other = b.get(entry.getKey());
                    return other != null && equal(entry.getValue(), other);
                  });
    }
    if (left instanceof Markup || right instanceof Markup) {
      throw TemplateError.unsupported("comparing a text after the filter safe or escape");
    }
    return left.equals(right);
  }

  private static boolean elementsEqual(List<?> left, List<?> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Evaluates {@code left operator right} for an operator that compares. */
  static boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      case "<" -> order(operator, left, right) < 0;
      case "<=" -> order(operator, left, right) <= 0;
      case ">" -> order(operator, left, right) > 0;
      case ">=" -> order(operator, left, right) >= 0;
      default -> throw new IllegalArgumentException(operator);
    };
  }

  /** Order for sorting; the message of a mismatch names {@code operator}. */
  static int order(String operator, Object left, Object right) {
    if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
      return PythonNumbers.isInteger(left) && PythonNumbers.isInteger(right)
          ? Long.compare(PythonNumbers.index(left), PythonNumbers.index(right))
          : orderOfReals(PythonNumbers.real(left), PythonNumbers.real(right));
    }
    if (left instanceof String a && right instanceof String b) {
      return orderOfTexts(a, b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return orderOfElements(operator, a, b);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return orderOfElements(operator, a.items(), b.items());
    }
    if (left instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.error();
    }
    throw TemplateError.of(
        String.format(
            "'%s' not supported between instances of '%s' and '%s'",
            operator, PythonValues.typeName(left), PythonValues.typeName(right)));
  }

  private static int orderOfReals(double left, double right) {
    if (Double.isNaN(left) || Double.isNaN(right)) {
      throw TemplateError.unsupported("ordering not-a-number");
    }
    return left < right ? -1 : left > right ? 1 : 0;
  }

  /** By code points, which differs from UTF-16 order beyond the basic plane. */
  private static int orderOfTexts(String left, String right) {
    for (int i = 0; i < left.length() && i < right.length(); ) {
      int a = left.codePointAt(i);
      int b = right.codePointAt(i);
      if (a != b) {
        return Integer.compare(a, b);
      }
      i += Character.charCount(a);
    }
    return Integer.compare(left.length(), right.length());
  }

  private static int orderOfElements(String operator, List<?> left, List<?> right) {
    for (int i = 0; i < left.size() && i < right.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return order(operator, left.get(i), right.get(i));
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /** {@code element in container}. */
  static boolean contains(Object container, Object element) {
    if (container instanceof String text) {
      if (element instanceof Undefined undefined) {
        throw undefined.error();
      }
      return text.contains(
          PythonValues.requireText(element, "the left side of 'in' before a text"));
    }
    if (container instanceof Map<?, ?> map && element instanceof String) {
      return map.containsKey(element);
    }
    if (!PythonValues.isIterable(container)) {
      throw TemplateError.of(
          "argument of type '" + PythonValues.typeName(container) + "' is not iterable");
    }
    Iterator<Object> items = PythonValues.iterate(container);
    while (items.hasNext()) {
      if (equal(items.next(), element)) {
        return true;
      }
    }
    return false;
  }
}
