package org.cofitune.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

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

  /** Characters looked at by one replacement; what a pattern without nested repetition needs. */
  private static final long MAX_READS = 50_000_000;

  private RegexReplace() {}

  static Object apply(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("regex_replace", "pattern", "repl", "count");
    Pattern pattern = compile(bound.text("pattern"));
    String replacement = bound.text("repl");
    long left = bound.integer("count", 0) == 0 ? Long.MAX_VALUE : bound.integer("count", 0);
    String text = PythonValues.requireText(value, "what regex_replace gets");
    Matcher matcher = pattern.matcher(new CountedText(text));
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (left-- > 0 && matcher.find()) {
      out.append(text, from, matcher.start()).append(expanded(replacement, matcher));
      rendering.checkLength(out.length());
      from = matcher.end();
    }
    return rendering.made(out.append(text, from, text.length()).toString());
  }

  private static Pattern compile(String pattern) {
    if (JAVA_ONLY.matcher(pattern).find()) {
      throw TemplateError.unsupported("the regular expression '" + pattern + "'");
    }
    try {
      // These two make '.', '$' and '\w' mean what they mean in Python.
      return Pattern.compile(
          NAMED.matcher(pattern).replaceAll("(?<"),
          Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException e) {
      throw TemplateError.of("regular expression '" + pattern + "': " + e.getDescription());
    }
  }

  private static String expanded(String replacement, Matcher match) {
    StringBuilder out = new StringBuilder();
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
      from = reference.end();
    }
    return out.append(replacement, from, replacement.length()).toString();
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

  /** A text that refuses to be read for ever, as a pattern that backtracks without end would. */
  private static final class CountedText implements CharSequence {
    private final String text;
    private long reads;

    CountedText(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++reads > MAX_READS) {
        throw TemplateError.of("the regular expression backtracks without end");
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
