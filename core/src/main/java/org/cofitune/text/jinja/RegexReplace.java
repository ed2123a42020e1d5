package org.cofitune.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.cofitune.text.regex.BoundedPattern;
import org.cofitune.text.regex.SearchTooLongException;

/**
 * The filter {@code regex_replace(pattern, repl, count)} of evaluation tasks: Python's {@code
 * re.sub}. What Java reads otherwise than Python is refused.
 */
final class RegexReplace {
  private static final Pattern JAVA_ONLY =
      Pattern.compile("&&|\\\\[QEGRXpPkNhHzZvV]|\\[[^\\]]*\\[|\\(\\?<[a-zA-Z]|\\(\\?[a-zA-Z]*[dU]");
  private static final Pattern NAMED = Pattern.compile("\\(\\?P<");
  private static final Pattern REFERENCE =
      Pattern.compile("\\\\(?:g<(\\w+)>|(\\d{1,2})|(.))", Pattern.DOTALL);

  private RegexReplace() {}

  static Object apply(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("regex_replace", "pattern", "repl", "count");
    BoundedPattern pattern = compile(bound.text("pattern"));
    String replacement = bound.text("repl");
    long left = bound.integer("count", 0) == 0 ? Long.MAX_VALUE : bound.integer("count", 0);
    String text = PythonValues.requireText(value, "what regex_replace gets");
    Matcher matcher = pattern.matcher(text, rendering.limits().regexReads());
    StringBuilder out = new StringBuilder();
    int from = 0;
    try {
      while (left-- > 0 && matcher.find()) {
        out.append(text, from, matcher.start());
        appendExpanded(out, replacement, matcher, rendering);
        from = matcher.end();
      }
    } catch (SearchTooLongException e) {
      throw TemplateError.of("the regular expression backtracks without end");
    }
    return rendering.made(out.append(text, from, text.length()).toString());
  }

  private static BoundedPattern compile(String pattern) {
    if (JAVA_ONLY.matcher(pattern).find()) {
      throw TemplateError.unsupported("the regular expression '" + pattern + "'");
    }
    try {
      // These two make '.', '$' and '\w' mean what they mean in Python.
      return BoundedPattern.compile(
          NAMED.matcher(pattern).replaceAll("(?<"),
          Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      throw TemplateError.of("regular expression '" + pattern + "': " + e.getDescription());
    }
  }

  private static void appendExpanded(
      StringBuilder out, String replacement, Matcher match, Rendering rendering) {
    Matcher reference = REFERENCE.matcher(replacement);
    int from = 0;
    while (reference.find()) {
      out.append(replacement, from, reference.start());
      String name = reference.group(1);
      String number = reference.group(2);
      if (name == null && number == null) {
        out.append(escaped(reference.group(3)));
      } else {
        out.append(group(match, name != null ? name : number));
      }
      rendering.checkLength(out.length());
      from = reference.end();
    }
    out.append(replacement, from, replacement.length());
    rendering.checkLength(out.length());
  }

  private static String group(Matcher match, String reference) {
    try {
      boolean byNumber = reference.chars().allMatch(c -> c >= '0' && c <= '9');
      String text = byNumber ? match.group(Integer.parseInt(reference)) : match.group(reference);
      return text == null ? "" : text;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw TemplateError.of("invalid group reference '" + reference + "'");
    }
  }

  private static String escaped(String character) {
    return switch (character) {
      case "n" -> "\n";
      case "t" -> "\t";
      case "r" -> "\r";
      case "\\" -> "\\";
      default -> throw TemplateError.unsupported("the escape \\" + character + " in a replacement");
    };
  }
}
