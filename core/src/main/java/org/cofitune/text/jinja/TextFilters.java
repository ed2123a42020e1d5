package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.text.jinja.Filters.Filter;

/** Filters over texts. Most turn what they get into a text first, as jinja2 does. */
final class TextFilters {
  private static final Pattern WORD_GAP = Pattern.compile("[-\\s({\\[<]+");
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  static final Map<String, Filter> ALL =
      Map.ofEntries(
          entry("string", (value, a, r) -> value instanceof Markup ? value : text(value)),
          entry("trim", TextFilters::trim),
          entry("upper", (value, a, r) -> PythonStrings.upper(text(value))),
          entry("lower", (value, a, r) -> PythonStrings.lower(text(value))),
          entry("capitalize", (value, a, r) -> PythonStrings.capitalize(text(value))),
          entry("title", (value, a, r) -> title(text(value))),
          entry("replace", TextFilters::replace),
          entry("indent", TextFilters::indent),
          entry("center", TextFilters::center),
          entry("truncate", TextFilters::truncate),
          entry("wordcount", (value, a, r) -> WORD.matcher(text(value)).results().count()),
          entry("format", TextFilters::format),
          entry("safe", (value, a, r) -> value instanceof Markup ? value : new Markup(text(value))),
          entry("e", TextFilters::escape),
          entry("escape", TextFilters::escape));

  private TextFilters() {}

  private static String text(Object value) {
    if (value instanceof Markup) {
      throw TemplateError.unsupported("a filter after safe or escape");
    }
    return PythonText.str(value);
  }

  private static Object trim(Object value, Arguments arguments, Rendering rendering) {
    Object characters = arguments.bind("trim", "chars").orNull("chars");
    return PythonStrings.strip(
        text(value),
        characters == null ? null : PythonValues.requireText(characters, "argument of trim"),
        true,
        true);
  }

  /** Words start after white space, a hyphen or an opening bracket: not the rule of str.title. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    Matcher gap = WORD_GAP.matcher(text);
    int from = 0;
    while (from <= text.length()) {
      boolean found = gap.find(from);
      String word = text.substring(from, found ? gap.start() : text.length());
      if (!word.isEmpty()) {
        int first = Character.charCount(word.codePointAt(0));
        out.append(PythonStrings.upper(word.substring(0, first)))
            .append(PythonStrings.lower(word.substring(first)));
      }
      if (!found) {
        break;
      }
      out.append(gap.group());
      from = gap.end();
    }
    return out.toString();
  }

  private static Object replace(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
    Object count = bound.orNull("count");
    return PythonStrings.replace(
        text(value),
        text(bound.required("old")),
        text(bound.required("new")),
        count == null ? -1 : PythonNumbers.index(count),
        rendering);
  }

  private static Object indent(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("indent", "width", "first", "blank");
    Object width = bound.get("width", 4L);
    String indention =
        width instanceof String given
            ? given
            : (String) Operators.apply("*", " ", width, rendering);
    boolean blank = bound.truth("blank", false);
    String text = PythonValues.requireText(value, "what indent gets");
    List<Object> lines = PythonStrings.lines(text + "\n", false);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean indented = i == 0 ? bound.truth("first", false) : blank || !line.isEmpty();
      out.append(i == 0 ? "" : "\n").append(indented ? indention : "").append(line);
      rendering.checkLength(out.length());
    }
    return rendering.made(out.toString());
  }

  private static Object center(Object value, Arguments arguments, Rendering rendering) {
    long width = arguments.bind("center", "width").integer("width", 80);
    return PythonStrings.pad(text(value), width, " ", 0.5, rendering);
  }

  private static Object truncate(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("truncate", "length", "killwords", "end", "leeway");
    String text = PythonValues.requireText(value, "what truncate gets");
    String end = bound.text("end", "...");
    long length = bound.integer("length", 255);
    Object leeway = bound.orNull("leeway");
    long kept = length - PythonValues.length(end);
    if (kept < 0) {
      throw TemplateError.of("truncate expects a length of at least that of its end");
    }
    if (PythonValues.length(text) <= length + (leeway == null ? 5 : PythonNumbers.index(leeway))) {
      return text;
    }
    String head = text.substring(0, text.offsetByCodePoints(0, (int) kept));
    if (!bound.truth("killwords", false)) {
      head = (String) PythonStrings.splitFromRight(head, " ", 1).get(0);
    }
    return head + end;
  }

  private static Object format(Object value, Arguments arguments, Rendering rendering) {
    if (!arguments.named().isEmpty() && !arguments.positional().isEmpty()) {
      throw TemplateError.of("can't handle positional and keyword arguments at the same time");
    }
    Object values =
        arguments.named().isEmpty()
            ? new Tuple(arguments.positional())
            : new LinkedHashMap<Object, Object>(arguments.named());
    return rendering.made(PercentFormat.format(text(value), values, rendering));
  }

  private static Object escape(Object value, Arguments arguments, Rendering rendering) {
    if (value instanceof Markup) {
      return value;
    }
    return new Markup(
        text(value)
            .replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace("\"", "&#34;"));
  }
}
