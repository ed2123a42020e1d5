package org.cofitune.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code text % values} for the conversions {@code s r d i u f F x X o c %}. */
final class PercentFormat {
  private static final Pattern CONVERSION =
      Pattern.compile(
          "%(?:\\((?<key>[^)]*)\\))?(?<flags>[-+ 0#]*)(?<width>\\d{0,6})(?:\\.(?<precision>\\d{0,6}))?(?<type>.?)",
          Pattern.DOTALL);

  private final Object values;
  private final List<Object> sequence;
  private final Rendering rendering;
  private int used;

  private PercentFormat(Object values, Rendering rendering) {
    this.values = values;
    this.sequence = values instanceof Tuple tuple ? tuple.items() : List.of(values);
    this.rendering = rendering;
  }

  static String format(String format, Object values, Rendering rendering) {
    return new PercentFormat(values, rendering).run(format);
  }

  private String run(String format) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = CONVERSION.matcher(format);
    int from = 0;
    while (matcher.find()) {
      out.append(format, from, matcher.start()).append(converted(matcher));
      rendering.checkLength(out.length());
      from = matcher.end();
    }
    if (used < sequence.size() && !(values instanceof Map) && !(values instanceof List)) {
      throw TemplateError.of("not all arguments converted during string formatting");
    }
    return out.append(format, from, format.length()).toString();
  }

  private String converted(Matcher matcher) {
    String type = matcher.group("type");
    if (type.equals("%")) {
      return "%";
    }
    if (type.isEmpty() || "srdiufFxXoc".indexOf(type.charAt(0)) < 0) {
      throw TemplateError.unsupported("the conversion '" + matcher.group() + "'");
    }
    Object value = next(matcher.group("key"));
    String precision = matcher.group("precision");
    int digits = precision == null ? -1 : precision.isEmpty() ? 0 : Integer.parseInt(precision);
    String flags = matcher.group("flags");
    String text =
        switch (type) {
          case "s", "r" ->
              cut(type.equals("s") ? PythonText.str(value) : PythonText.repr(value), digits);
          case "c" -> character(value);
          case "f", "F" -> fixed(number(value, type), digits < 0 ? 6 : digits);
          default -> integer(type, number(value, type), digits, flags);
        };
    boolean numeric = "src".indexOf(type.charAt(0)) < 0;
    return padded(text, matcher.group("width"), flags, numeric);
  }

  private Object next(@Nullable String key) {
    if (key != null) {
      if (!(values instanceof Map<?, ?> map)) {
        throw TemplateError.of("format requires a mapping");
      }
      Object value = map.get(key);
      if (value == null) {
        throw TemplateError.of("format key '" + key + "' is missing");
      }
      return value;
    }
    if (used >= sequence.size()) {
      throw TemplateError.of("not enough arguments for format string");
    }
    return sequence.get(used++);
  }

  private static String cut(String text, int length) {
    return length < 0 || PythonValues.length(text) <= length
        ? text
        : text.substring(0, text.offsetByCodePoints(0, length));
  }

  private static String character(Object value) {
    if (value instanceof Long code) {
      if (code < 0 || code > Character.MAX_CODE_POINT) {
        throw TemplateError.of("%c arg not in range(0x110000)");
      }
      return Character.toString(Math.toIntExact(code));
    }
    if (value instanceof String text && PythonValues.length(text) == 1) {
      return text;
    }
    throw TemplateError.of("%c requires int or char");
  }

  private static Object number(Object value, String type) {
    if (!PythonNumbers.isNumber(value)) {
      throw TemplateError.of(
          "%" + type + " format: a number is required, not " + PythonValues.typeName(value));
    }
    return value;
  }

  /** A float with a fixed number of decimals, halves of the exact value to even. */
  static String fixed(Object value, int decimals) {
    double real = PythonNumbers.real(value);
    if (!Double.isFinite(real)) {
      return PythonText.real(real);
    }
    String text =
        new BigDecimal(real).setScale(decimals, RoundingMode.HALF_EVEN).abs().toPlainString();
    return real < 0 || (real == 0 && 1 / real < 0) ? "-" + text : text;
  }

  private static String integer(String type, Object value, int digits, String flags) {
    boolean real = value instanceof Double;
    if (flags.indexOf('#') >= 0 || (real && "xXo".contains(type))) {
      throw TemplateError.unsupported("this use of %" + type);
    }
    long number =
        real
            ? (Long) PythonNumbers.truncate(PythonNumbers.real(value))
            : PythonNumbers.index(value);
    int radix = type.equalsIgnoreCase("x") ? 16 : type.equals("o") ? 8 : 10;
    String text = Long.toString(number, radix);
    String plain = number < 0 ? text.substring(1) : text;
    String full = "0".repeat(Math.max(0, digits - plain.length())) + plain;
    return (number < 0 ? "-" : "") + (type.equals("X") ? PythonStrings.upper(full) : full);
  }

  private static String padded(String text, String width, String flags, boolean numeric) {
    String signed = text;
    if (numeric && !text.startsWith("-")) {
      signed = (flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "") + text;
    }
    int missing = width.isEmpty() ? 0 : Integer.parseInt(width) - PythonValues.length(signed);
    if (missing <= 0) {
      return signed;
    }
    if (flags.indexOf('-') >= 0) {
      return signed + " ".repeat(missing);
    }
    if (numeric && flags.indexOf('0') >= 0) {
      int sign = !signed.isEmpty() && "+- ".indexOf(signed.charAt(0)) >= 0 ? 1 : 0;
      return signed.substring(0, sign) + "0".repeat(missing) + signed.substring(sign);
    }
    return " ".repeat(missing) + signed;
  }
}
