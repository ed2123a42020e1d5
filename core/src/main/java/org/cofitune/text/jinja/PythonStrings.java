package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What Python's {@code str} does with white space, parts and letters. */
final class PythonStrings {
  private PythonStrings() {}

  /** {@code str.isspace} of one character; all of them are in the basic plane. */
  static boolean isSpace(int c) {
    return c == ' '
        || (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  static boolean isBlank(String text) {
    return text.chars().allMatch(PythonStrings::isSpace);
  }

  static String stripRight(String text) {
    return strip(text, null, false, true);
  }

  /** {@code strip}, {@code lstrip}, {@code rstrip}; without {@code characters} of white space. */
  static String strip(String text, @Nullable String characters, boolean left, boolean right) {
    IntPredicate stripped =
        characters == null ? PythonStrings::isSpace : c -> characters.indexOf(c) >= 0;
    int start = 0;
    int end = text.length();
    while (left && start < end && stripped.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && stripped.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  /** {@code split(separator, max)}; no separator means runs of white space. */
  static List<Object> split(String text, @Nullable String separator, long max) {
    long left = max < 0 ? Long.MAX_VALUE : max;
    List<Object> parts = new ArrayList<>();
    if (separator == null) {
      String rest = strip(text, null, true, false);
      while (!rest.isEmpty()) {
        int end = 0;
        while (end < rest.length() && !isSpace(rest.charAt(end))) {
          end++;
        }
        if (left-- == 0) {
          parts.add(rest);
          break;
        }
        parts.add(rest.substring(0, end));
        rest = strip(rest.substring(end), null, true, false);
      }
      return parts;
    }
    requireSeparator(separator);
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && left-- > 0;
        at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** {@code rsplit(separator, max)}. */
  static List<Object> splitFromRight(String text, @Nullable String separator, long max) {
    long left = max < 0 ? Long.MAX_VALUE : max;
    List<Object> parts = new ArrayList<>();
    if (separator == null) {
      String rest = stripRight(text);
      while (!rest.isEmpty()) {
        int start = rest.length();
        while (start > 0 && !isSpace(rest.charAt(start - 1))) {
          start--;
        }
        if (left-- == 0) {
          parts.add(0, rest);
          break;
        }
        parts.add(0, rest.substring(start));
        rest = stripRight(rest.substring(0, start));
      }
      return parts;
    }
    requireSeparator(separator);
    String rest = text;
    for (int at = rest.lastIndexOf(separator);
        at >= 0 && left-- > 0;
        at = rest.lastIndexOf(separator)) {
      parts.add(0, rest.substring(at + separator.length()));
      rest = rest.substring(0, at);
    }
    parts.add(0, rest);
    return parts;
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw TemplateError.of("empty separator");
    }
  }

  /** {@code splitlines(keepends)}. */
  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends =
          (c >= '\n' && c <= '\r')
              || (c >= 0x1c && c <= 0x1e)
              || c == 0x85
              || c == 0x2028
              || c == 0x2029;
      if (ends) {
        int end = i;
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        lines.add(text.substring(start, keepEnds ? i + 1 : end));
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  /** {@code replace(old, new, count)}; a negative count means all. */
  static String replace(
      String text, String old, String replacement, long count, Rendering rendering) {
    long left = count < 0 ? Long.MAX_VALUE : count;
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (left-- > 0 && from <= text.length()) {
      int at = text.indexOf(old, from);
      if (at < 0) {
        break;
      }
      out.append(text, from, at).append(replacement);
      rendering.reserve(at - from + replacement.length());
      from = at + old.length();
      if (old.isEmpty()) {
        if (at == text.length()) {
          return rendering.made(out.toString());
        }
        int next = at + Character.charCount(text.codePointAt(at));
        out.append(text, at, next);
        from = next;
      }
      rendering.checkLength(out.length());
    }
    return rendering.made(out.append(text, from, text.length()).toString());
  }

  /** {@code capitalize()}. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return titleCase(text.codePointAt(0)) + lower(text.substring(first));
  }

  /** {@code title()}: every letter after a character that is none starts a word. */
  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      out.append(inWord ? lower(Character.toString(c)) : titleCase(c));
      inWord = isCased(c);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  private static String titleCase(int c) {
    int title = Character.toTitleCase(c);
    return title != c ? Character.toString(title) : capitalized(upper(Character.toString(c)));
  }

  /** Letters such as the German sharp s become two, of which the second stays small. */
  private static String capitalized(String upper) {
    int first = Character.charCount(upper.codePointAt(0));
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  static String upper(String text) {
    return text.toUpperCase(java.util.Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  /** {@code ljust}, {@code rjust} and {@code center} put {@code fill} on one side or both. */
  static String pad(String text, long width, String fill, double leftShare, Rendering rendering) {
    long missing = width - PythonValues.length(text);
    if (missing <= 0) {
      return text;
    }
    if (PythonValues.length(fill) != 1) {
      throw TemplateError.of("The fill character must be exactly one character long");
    }
    rendering.reserve(Math.max(width, 0));
    long left =
        leftShare == 0.5 ? missing / 2 + (missing & width & 1) : (long) (missing * leftShare);
    return fill.repeat((int) left) + text + fill.repeat((int) (missing - left));
  }
}
