package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Methods of Python's {@code str}. */
final class StringMethods {
  private interface Method {
    Object call(String self, Arguments arguments, Rendering rendering);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          entry("strip", (s, a, r) -> strip("strip", s, a, true, true)),
          entry("lstrip", (s, a, r) -> strip("lstrip", s, a, true, false)),
          entry("rstrip", (s, a, r) -> strip("rstrip", s, a, false, true)),
          entry("split", (s, a, r) -> split("split", s, a)),
          entry("rsplit", (s, a, r) -> split("rsplit", s, a)),
          entry("splitlines", StringMethods::splitlines),
          entry("partition", (s, a, r) -> partition(s, a.bind("partition", "sep"), false)),
          entry("rpartition", (s, a, r) -> partition(s, a.bind("rpartition", "sep"), true)),
          entry("startswith", (s, a, r) -> affix("startswith", s, a)),
          entry("endswith", (s, a, r) -> affix("endswith", s, a)),
          entry("removeprefix", (s, a, r) -> removeAffix("removeprefix", s, a)),
          entry("removesuffix", (s, a, r) -> removeAffix("removesuffix", s, a)),
          entry("upper", (s, a, r) -> PythonStrings.upper(bare("upper", s, a))),
          entry("lower", (s, a, r) -> PythonStrings.lower(bare("lower", s, a))),
          entry("title", (s, a, r) -> PythonStrings.title(bare("title", s, a))),
          entry("capitalize", (s, a, r) -> PythonStrings.capitalize(bare("capitalize", s, a))),
          entry("replace", StringMethods::replace),
          entry("join", StringMethods::join),
          entry("find", (s, a, r) -> find("find", s, a)),
          entry("rfind", (s, a, r) -> find("rfind", s, a)),
          entry("index", (s, a, r) -> index("index", s, a)),
          entry("rindex", (s, a, r) -> index("rindex", s, a)),
          entry("count", (s, a, r) -> count(s, a.bind("count", "sub").text("sub"))),
          entry("format", BraceFormat::format),
          entry("isdigit", (s, a, r) -> all(bare("isdigit", s, a), StringMethods::isDigit)),
          entry("isdecimal", (s, a, r) -> all(bare("isdecimal", s, a), Character::isDigit)),
          entry("isalpha", (s, a, r) -> all(bare("isalpha", s, a), Character::isLetter)),
          entry("isalnum", (s, a, r) -> all(bare("isalnum", s, a), Character::isLetterOrDigit)),
          entry("isspace", (s, a, r) -> all(bare("isspace", s, a), PythonStrings::isSpace)),
          entry("isupper", (s, a, r) -> cased(bare("isupper", s, a), Character::isUpperCase)),
          entry("islower", (s, a, r) -> cased(bare("islower", s, a), Character::isLowerCase)),
          entry("ljust", (s, a, r) -> pad("ljust", s, a, 0, r)),
          entry("rjust", (s, a, r) -> pad("rjust", s, a, 1, r)),
          entry("center", (s, a, r) -> pad("center", s, a, 0.5, r)),
          entry("zfill", StringMethods::zfill));

  /** What Python's {@code str} has beyond these; a template that uses one must not see nothing. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "encode",
          "expandtabs",
          "format_map",
          "isascii",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "maketrans",
          "swapcase",
          "translate");

  private StringMethods() {}

  /** The method bound to a text, or null where Python has none of that name. */
  static @Nullable Object find(String self, String name) {
    Method method = METHODS.get(name);
    if (method != null) {
      return (Invocable) (arguments, rendering) -> method.call(self, arguments, rendering);
    }
    if (UNSUPPORTED.contains(name)) {
      throw TemplateError.unsupported("the method str." + name);
    }
    return null;
  }

  private static String bare(String name, String self, Arguments arguments) {
    arguments.bind(name);
    return self;
  }

  private static String strip(
      String name, String self, Arguments arguments, boolean left, boolean right) {
    Object characters = arguments.bind(name, "chars").orNull("chars");
    return PythonStrings.strip(
        self,
        characters == null ? null : PythonValues.requireText(characters, "argument of " + name),
        left,
        right);
  }

  private static Object split(String name, String self, Arguments arguments) {
    Arguments.Bound bound = arguments.bind(name, "sep", "maxsplit");
    Object separator = bound.orNull("sep");
    String by = separator == null ? null : PythonValues.requireText(separator, "separator");
    long max = bound.integer("maxsplit", -1);
    return name.equals("split")
        ? PythonStrings.split(self, by, max)
        : PythonStrings.splitFromRight(self, by, max);
  }

  private static Object splitlines(String self, Arguments arguments, Rendering rendering) {
    return PythonStrings.lines(
        self, arguments.bind("splitlines", "keepends").truth("keepends", false));
  }

  private static Object partition(String self, Arguments.Bound bound, boolean last) {
    String separator = bound.text("sep");
    if (separator.isEmpty()) {
      throw TemplateError.of("empty separator");
    }
    int at = last ? self.lastIndexOf(separator) : self.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", self) : Tuple.of(self, "", "");
    }
    return Tuple.of(self.substring(0, at), separator, self.substring(at + separator.length()));
  }

  private static boolean affix(String name, String self, Arguments arguments) {
    Object affix = arguments.bind(name, "affix").required("affix");
    List<Object> choices = affix instanceof Tuple tuple ? tuple.items() : List.of(affix);
    for (Object choice : choices) {
      String text = PythonValues.requireText(choice, "argument of " + name);
      if (name.equals("startswith") ? self.startsWith(text) : self.endsWith(text)) {
        return true;
      }
    }
    return false;
  }

  private static String removeAffix(String name, String self, Arguments arguments) {
    String affix = arguments.bind(name, "affix").text("affix");
    if (name.equals("removeprefix")) {
      return self.startsWith(affix) ? self.substring(affix.length()) : self;
    }
    return self.endsWith(affix) ? self.substring(0, self.length() - affix.length()) : self;
  }

  private static Object replace(String self, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
    return PythonStrings.replace(
        self, bound.text("old"), bound.text("new"), bound.integer("count", -1), rendering);
  }

  private static Object join(String self, Arguments arguments, Rendering rendering) {
    StringBuilder out = new StringBuilder();
    List<Object> items =
        PythonValues.list(arguments.bind("join", "iterable").required("iterable"), rendering);
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : self)
          .append(PythonValues.requireText(items.get(i), "sequence item " + i));
      rendering.checkLength(out.length());
    }
    return rendering.made(out.toString());
  }

  private static long find(String name, String self, Arguments arguments) {
    String part = arguments.bind(name, "sub").text("sub");
    int at = name.startsWith("r") ? self.lastIndexOf(part) : self.indexOf(part);
    return at < 0 ? -1 : self.codePointCount(0, at);
  }

  private static long index(String name, String self, Arguments arguments) {
    long at = find(name, self, arguments);
    if (at < 0) {
      throw TemplateError.of("substring not found");
    }
    return at;
  }

  private static long count(String self, String part) {
    if (part.isEmpty()) {
      return PythonValues.length(self) + 1L;
    }
    long count = 0;
    for (int at = self.indexOf(part); at >= 0; at = self.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static boolean all(String self, IntPredicate predicate) {
    return !self.isEmpty() && self.codePoints().allMatch(predicate);
  }

  /** Superscripts and subscripts are digits in Python. */
  private static boolean isDigit(int c) {
    return Character.isDigit(c) || "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".indexOf(c) >= 0;
  }

  /** Whether all letters that have a case have the wanted one, and there are any. */
  static boolean cased(String self, IntPredicate wanted) {
    return self.codePoints().anyMatch(PythonStrings::isCased)
        && self.codePoints().filter(PythonStrings::isCased).allMatch(wanted);
  }

  private static String pad(
      String name, String self, Arguments arguments, double leftShare, Rendering rendering) {
    Arguments.Bound bound = arguments.bind(name, "width", "fillchar");
    bound.required("width");
    return PythonStrings.pad(
        self, bound.integer("width", 0), bound.text("fillchar", " "), leftShare, rendering);
  }

  private static String zfill(String self, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("zfill", "width");
    bound.required("width");
    boolean signed = self.startsWith("-") || self.startsWith("+");
    long width = bound.integer("width", 0) - (signed ? 1 : 0);
    String padded = PythonStrings.pad(signed ? self.substring(1) : self, width, "0", 1, rendering);
    return signed ? self.charAt(0) + padded : padded;
  }
}
