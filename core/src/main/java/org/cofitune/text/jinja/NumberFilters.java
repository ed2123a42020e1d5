package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.Map;
import java.util.regex.Pattern;
import org.cofitune.text.jinja.Filters.Filter;
import org.jspecify.annotations.Nullable;

/** Filters over numbers. */
final class NumberFilters {
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+(?:_\\d+)*");
  private static final Pattern REAL =
      Pattern.compile("[+-]?(?:\\d+(?:_\\d+)*\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

  static final Map<String, Filter> ALL =
      Map.ofEntries(
          entry("int", NumberFilters::toInteger),
          entry("float", NumberFilters::toReal),
          entry("abs", NumberFilters::abs),
          entry("round", NumberFilters::round));

  private NumberFilters() {}

  private static Object toInteger(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("int", "default", "base");
    if (bound.integer("base", 10) != 10) {
      throw TemplateError.unsupported("the filter int with another base than 10");
    }
    if (value instanceof String text) {
      String digits = PythonStrings.strip(text, null, true, true);
      if (INTEGER.matcher(digits).matches()) {
        try {
          return Long.parseLong(digits.replace("_", ""));
        } catch (NumberFormatException e) {
          throw TemplateError.unsupported("an integer beyond 64 bits");
        }
      }
    } else if (PythonNumbers.isInteger(value)) {
      return PythonNumbers.index(value);
    }
    Double real = real(value);
    return real == null || !Double.isFinite(real)
        ? bound.get("default", 0L)
        : PythonNumbers.truncate(real);
  }

  private static Object toReal(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("float", "default");
    Double real = real(value);
    return real == null ? bound.get("default", 0.0) : real;
  }

  private static @Nullable Double real(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (PythonNumbers.isNumber(value)) {
      return PythonNumbers.real(value);
    }
    if (!(value instanceof String text)) {
      return null;
    }
    String digits = PythonStrings.strip(text, null, true, true);
    if (REAL.matcher(digits).matches()) {
      return Double.valueOf(digits.replace("_", ""));
    }
    return switch (PythonStrings.lower(digits)) {
      case "nan", "+nan", "-nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> null;
    };
  }

  private static Object abs(Object value, Arguments arguments, Rendering rendering) {
    requireNumber(value, "abs");
    Object number = PythonNumbers.plus(value);
    return PythonNumbers.real(number) < 0 || number.equals(-0.0)
        ? PythonNumbers.negate(number)
        : number;
  }

  private static Object round(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("round", "precision", "method");
    requireNumber(value, "round");
    int precision = (int) Math.max(-400, Math.min(400, bound.integer("precision", 0)));
    String method = bound.text("method", "common");
    if (method.equals("common")) {
      return PythonNumbers.round(value, precision);
    }
    double scale = Math.pow(10, precision);
    double scaled = PythonNumbers.real(value) * scale;
    return switch (method) {
      case "ceil" -> Math.ceil(scaled) / scale;
      case "floor" -> Math.floor(scaled) / scale;
      default -> throw TemplateError.of("method must be common, ceil or floor");
    };
  }

  private static void requireNumber(Object value, String filter) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!PythonNumbers.isNumber(value)) {
      throw TemplateError.of(
          filter + " asks for a number, not '" + PythonValues.typeName(value) + "'");
    }
  }
}
