package org.cofitune.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Python's arithmetic over {@code int} (64 bits here), {@code float} and {@code bool}. */
final class PythonNumbers {
  private PythonNumbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  static double real(Object value) {
    return value instanceof Double d ? d : whole(value);
  }

  private static long whole(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
  }

  /** An integer where Python asks for one. */
  static long index(Object value) {
    if (!isInteger(value)) {
      throw TemplateError.of(
          "'" + PythonValues.typeName(value) + "' object cannot be interpreted as an integer");
    }
    return whole(value);
  }

  /**
   * {@code index} within the range of Java's sizes; the farthest ends stand for all beyond them.
   */
  static int size(Object value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, index(value)));
  }

  static Object negate(Object value) {
    return value instanceof Double d ? (Object) (-d) : exact(() -> Math.negateExact(whole(value)));
  }

  static Object plus(Object value) {
    return value instanceof Double ? value : (Object) whole(value);
  }

  /** Evaluates {@code left operator right} for numbers. */
  static Object compute(String operator, Object left, Object right) {
    return isInteger(left) && isInteger(right)
        ? ofIntegers(operator, whole(left), whole(right))
        : ofReals(operator, real(left), real(right));
  }

  private static Object ofIntegers(String operator, long a, long b) {
    if (operator.equals("/") || operator.equals("//") || operator.equals("%")) {
      requireDivisor((double) b);
    }
    return switch (operator) {
      case "+" -> exact(() -> Math.addExact(a, b));
      case "-" -> exact(() -> Math.subtractExact(a, b));
      case "*" -> exact(() -> Math.multiplyExact(a, b));
      case "/" -> (double) a / (double) b;
      case "//" -> exact(() -> b == -1 ? Math.negateExact(a) : Math.floorDiv(a, b));
      case "%" -> Math.floorMod(a, b);
      case "**" -> b < 0 ? ofReals("**", (double) a, (double) b) : power(a, b);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private static Object ofReals(String operator, double a, double b) {
    if (operator.equals("/") || operator.equals("//") || operator.equals("%")) {
      requireDivisor(b);
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> floorDivide(a, b);
      case "%" -> remainder(a, b);
      case "**" -> {
        requireDivisor(a == 0 && b < 0 ? 0 : 1);
        yield Math.pow(a, b);
      }
      default -> throw new IllegalArgumentException(operator);
    };
  }

  /** From the remainder, as Python does it: 1 // 0.1 is 9, although 1 / 0.1 rounds to 10. */
  private static double floorDivide(double a, double b) {
    double quotient = (a - remainder(a, b)) / b;
    return quotient == 0 ? Math.copySign(0.0, a / b) : Math.rint(quotient);
  }

  /** The remainder has the sign of the divisor. */
  private static double remainder(double a, double b) {
    double remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
  }

  private static Object power(long base, long exponent) {
    long result = 1;
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 ? 1L : exponent % 2 == 0 ? base * base : base;
    }
    for (long i = 0; i < exponent; i++) {
      long factor = result;
      result = (Long) exact(() -> Math.multiplyExact(factor, base));
    }
    return result;
  }

  private static void requireDivisor(double divisor) {
    if (divisor == 0) {
      throw TemplateError.of("division by zero");
    }
  }

  private interface LongOperation {
    long apply();
  }

  private static Object exact(LongOperation operation) {
    try {
      return operation.apply();
    } catch (ArithmeticException e) {
      throw TemplateError.unsupported("an integer beyond 64 bits");
    }
  }

  /** Python's {@code round}: to the nearest, halves to even, over the exact binary value. */
  static Object round(Object value, int digits) {
    if (value instanceof Double d) {
      return Double.isFinite(d)
          ? Math.copySign(
              new BigDecimal(d).setScale(digits, RoundingMode.HALF_EVEN).doubleValue(), d)
          : d;
    }
    return exact(
        () ->
            new BigDecimal(whole(value))
                .setScale(Math.min(digits, 0), RoundingMode.HALF_EVEN)
                .longValueExact());
  }

  /** Python's {@code int(value)} of a float: towards zero. */
  static Object truncate(double value) {
    if (!Double.isFinite(value)) {
      throw TemplateError.of("cannot convert float " + value + " to integer");
    }
    if (Math.abs(value) >= 0x1p63) {
      throw TemplateError.unsupported("an integer beyond 64 bits");
    }
    return (long) value;
  }
}
