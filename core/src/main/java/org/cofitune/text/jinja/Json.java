package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}, as the filter {@code tojson} of chat templates calls it. */
final class Json {
  private final StringBuilder out = new StringBuilder();
  private final boolean ascii;
  private final boolean sortsKeys;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final Rendering rendering;

  private Json(Arguments.Bound options, Rendering rendering) {
    this.rendering = rendering;
    this.ascii = options.truth("ensure_ascii", false);
    this.sortsKeys = options.truth("sort_keys", false);
    Object given = options.orNull("indent");
    this.indent =
        given == null || given instanceof String
            ? (String) given
            : (String) Operators.apply("*", " ", given, rendering);
    Object separators = options.orNull("separators");
    List<Object> pair = separators == null ? null : PythonValues.list(separators, rendering);
    if (pair != null && pair.size() != 2) {
      throw TemplateError.of("separators must be a pair");
    }
    this.itemSeparator =
        pair != null
            ? PythonValues.requireText(pair.get(0), "separators")
            : indent == null ? ", " : ",";
    this.keySeparator = pair != null ? PythonValues.requireText(pair.get(1), "separators") : ": ";
  }

  static Object tojson(Object value, Arguments arguments, Rendering rendering) {
    Json json =
        new Json(
            arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys"),
            rendering);
    json.write(value, 0);
    return rendering.made(json.out.toString());
  }

  private void write(Object value, int depth) {
    rendering.step();
    rendering.checkLength(out.length());
    List<Object> items = value instanceof View ? null : PythonValues.elements(value);
    if (value instanceof String text) {
      quote(text);
    } else if (value instanceof Map<?, ?> map) {
      writeObject(map, depth);
    } else if (items != null) {
      writeArray(items, depth);
    } else if (value == None.NONE) {
      out.append("null");
    } else if (value instanceof Boolean || value instanceof Long) {
      out.append(value);
    } else if (value instanceof Double number) {
      out.append(real(number));
    } else {
      throw TemplateError.of(
          "Object of type " + PythonValues.typeName(value) + " is not JSON serializable");
    }
  }

  private static String real(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    return Double.isInfinite(number)
        ? (number > 0 ? "Infinity" : "-Infinity")
        : PythonText.real(number);
  }

  private void writeArray(List<Object> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    Iterator<Object> rest = items.iterator();
    while (rest.hasNext()) {
      newLine(depth + 1);
      write(rest.next(), depth + 1);
      out.append(rest.hasNext() ? itemSeparator : "");
    }
    newLine(depth);
    out.append(']');
  }

  private void writeObject(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sortsKeys) {
      entries.sort(Comparator.comparing(entry -> key(entry.getKey())));
    }
    Iterator<Map.Entry<?, ?>> rest = entries.iterator();
    while (rest.hasNext()) {
      Map.Entry<?, ?> entry = rest.next();
      newLine(depth + 1);
      quote(key(entry.getKey()));
      out.append(keySeparator);
      write(entry.getValue(), depth + 1);
      out.append(rest.hasNext() ? itemSeparator : "");
    }
    newLine(depth);
    out.append('}');
  }

  private static String key(Object key) {
    if (key instanceof String text) {
      return text;
    }
    if (key == None.NONE) {
      return "null";
    }
    if (key instanceof Double number) {
      return real(number);
    }
    if (PythonNumbers.isNumber(key)) {
      return key.toString();
    }
    throw TemplateError.of(
        "keys must be str, int, float, bool or None, not " + PythonValues.typeName(key));
  }

  private void newLine(int depth) {
    if (indent != null) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
