package org.cofitune.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code '{}'.format(...)}: fields by order, number or name, with the conversions {@code
 * !s} and {@code !r} and the specification {@code .2f}.
 */
final class BraceFormat {
  private static final Pattern PIECE =
      Pattern.compile(
          "\\{\\{|\\}\\}|\\{(?<field>[^{}!:]*)(?:!(?<conversion>[^{}:]*))?(?::(?<spec>[^{}]*))?\\}|[{}]");
  private static final Pattern FIXED = Pattern.compile("\\.(\\d{1,3})f");
  private static final Pattern NAME = Pattern.compile("\\w+");

  private final Arguments arguments;
  private int used;

  private BraceFormat(Arguments arguments) {
    this.arguments = arguments;
  }

  static Object format(String self, Arguments arguments, Rendering rendering) {
    BraceFormat format = new BraceFormat(arguments);
    StringBuilder out = new StringBuilder();
    Matcher piece = PIECE.matcher(self);
    int from = 0;
    while (piece.find()) {
      out.append(self, from, piece.start()).append(format.replacement(piece));
      rendering.checkLength(out.length());
      from = piece.end();
    }
    return rendering.made(out.append(self, from, self.length()).toString());
  }

  private String replacement(Matcher piece) {
    return switch (piece.group()) {
      case "{{" -> "{";
      case "}}" -> "}";
      case "{", "}" -> throw TemplateError.unsupported("this brace in a format string");
      default -> text(value(piece.group("field")), piece.group("conversion"), piece.group("spec"));
    };
  }

  private Object value(String field) {
    if (field.isEmpty() || (field.length() < 4 && field.chars().allMatch(Character::isDigit))) {
      int index = field.isEmpty() ? used++ : Integer.parseInt(field);
      if (index >= arguments.positional().size()) {
        throw TemplateError.of("replacement index " + index + " out of range");
      }
      return arguments.positional().get(index);
    }
    if (!NAME.matcher(field).matches()) {
      throw TemplateError.unsupported("the format field '" + field + "'");
    }
    Object value = arguments.named().get(field);
    if (value == null) {
      throw TemplateError.of("format has no argument '" + field + "'");
    }
    return value;
  }

  private static String text(Object value, @Nullable String conversion, @Nullable String spec) {
    if (conversion != null && !conversion.equals("s") && !conversion.equals("r")) {
      throw TemplateError.unsupported("the format conversion '!" + conversion + "'");
    }
    if (spec == null || spec.isEmpty()) {
      return "r".equals(conversion) ? PythonText.repr(value) : PythonText.str(value);
    }
    Matcher fixed = FIXED.matcher(spec);
    if (conversion == null && fixed.matches() && PythonNumbers.isNumber(value)) {
      return PercentFormat.fixed(value, Integer.parseInt(fixed.group(1)));
    }
    throw TemplateError.unsupported("the format specification '" + spec + "'");
  }
}
