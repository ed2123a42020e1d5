package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/** The tests behind {@code is}, which {@code select} and its kin take by name too. */
final class ValueTests {
  interface ValueTest {
    boolean holds(Object value, Arguments arguments, Rendering rendering);
  }

  private interface Property {
    boolean holds(Object value);
  }

  private static final Map<String, ValueTest> TESTS =
      Map.ofEntries(
          property("defined", value -> !(value instanceof Undefined)),
          property("undefined", value -> value instanceof Undefined),
          property("none", value -> value == None.NONE),
          property("boolean", value -> value instanceof Boolean),
          property("true", value -> value.equals(true)),
          property("false", value -> value.equals(false)),
          property("integer", value -> value instanceof Long),
          property("float", value -> value instanceof Double),
          property("number", PythonNumbers::isNumber),
          property("string", value -> value instanceof String || value instanceof Markup),
          property("mapping", value -> value instanceof Map),
          property("sequence", ValueTests::isSequence),
          property("iterable", PythonValues::isIterable),
          property("callable", value -> value instanceof Invocable || value instanceof Undefined),
          property("escaped", value -> value instanceof Markup),
          property("odd", value -> modulo(value, 2L) == 1),
          property("even", value -> modulo(value, 2L) == 0),
          property(
              "lower", value -> StringMethods.cased(PythonText.str(value), Character::isLowerCase)),
          property(
              "upper", value -> StringMethods.cased(PythonText.str(value), Character::isUpperCase)),
          comparison("eq", "=="),
          comparison("==", "=="),
          comparison("equalto", "=="),
          comparison("ne", "!="),
          comparison("!=", "!="),
          comparison("lt", "<"),
          comparison("<", "<"),
          comparison("lessthan", "<"),
          comparison("le", "<="),
          comparison("<=", "<="),
          comparison("gt", ">"),
          comparison(">", ">"),
          comparison("greaterthan", ">"),
          comparison("ge", ">="),
          comparison(">=", ">="),
          comparison("in", "in"),
          entry("divisibleby", (value, arguments, rendering) -> divisible(value, arguments)),
          entry("sameas", (value, arguments, rendering) -> same(value, arguments)),
          entry("filter", (value, arguments, rendering) -> Filters.exists(value, rendering)),
          entry("test", (value, arguments, rendering) -> exists(value)));

  private ValueTests() {}

  static boolean exists(Object name) {
    return name instanceof String text && TESTS.containsKey(text);
  }

  static ValueTest named(String name) {
    ValueTest test = TESTS.get(name);
    if (test == null) {
      throw TemplateError.unsupported("the test '" + name + "'");
    }
    return test;
  }

  private static Map.Entry<String, ValueTest> property(String name, Property property) {
    return entry(
        name,
        (value, arguments, rendering) -> {
          arguments.bind(name);
          return property.holds(value);
        });
  }

  private static Map.Entry<String, ValueTest> comparison(String name, String operator) {
    return entry(
        name,
        (value, arguments, rendering) ->
            PythonOrder.compare(operator, value, arguments.bind(name, "other").required("other")));
  }

  private static boolean isSequence(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof Markup
        || (value instanceof Undefined undefined && !undefined.strict())
        || (value instanceof View view && view.type().equals("range"));
  }

  private static boolean divisible(Object value, Arguments arguments) {
    return modulo(value, arguments.bind("divisibleby", "num").required("num")) == 0;
  }

  private static double modulo(Object value, Object divisor) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!PythonNumbers.isNumber(value) || !PythonNumbers.isNumber(divisor)) {
      throw TemplateError.of("'" + PythonValues.typeName(value) + "' has no remainder");
    }
    return PythonNumbers.real(PythonNumbers.compute("%", value, divisor));
  }

  /** Identity is only meaningful for the values that Python has one of. */
  private static boolean same(Object value, Arguments arguments) {
    Object other = arguments.bind("sameas", "other").required("other");
    boolean single = value instanceof Boolean || value == None.NONE;
    boolean otherSingle = other instanceof Boolean || other == None.NONE;
    if (single || otherSingle) {
      return value.equals(other);
    }
    throw TemplateError.unsupported("the test 'sameas' of anything but true, false and none");
  }
}
