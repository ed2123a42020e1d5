package org.cofitune.evaluate.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** What lm-evaluation-harness makes of the values of fields. */
final class FieldValues {
  private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

  private FieldValues() {}

  /** A value as Python's {@code str} writes it. */
  static String text(String key, @Nullable Object value, Document document) {
    if (value instanceof String || value instanceof Number) {
      return value.toString();
    }
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    throw CofituneException.of(ErrorKind.DATA, key)
        .at(document.place())
        .expected("text")
        .found(value == null ? "nothing" : value)
        .next("mend the row, or set on_bad_item: skip")
        .build();
  }

  /** The texts of a list; a text that is a Python list is one. */
  static List<String> texts(String key, @Nullable Object value, Document document) {
    Object list = value instanceof String text ? PythonLiteral.list(text).orElse(null) : value;
    if (!(list instanceof List<?> elements) || elements.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, key)
          .at(document.place())
          .expected("a list of texts")
          .found(value == null ? "nothing" : value)
          .next("write the field as a list, or as a template that prints one: {{[a, b, c]}}")
          .build();
    }
    List<String> texts = new ArrayList<>();
    for (Object element : elements) {
      texts.add(text(key, element, document));
    }
    return texts;
  }

  /**
   * A field's value for a row. What a template rendered is typed: digits are an index where there
   * are choices, and {@code [..]} is a list. A column's value keeps its own type.
   */
  static @Nullable Object of(
      TaskField field, Document document, Set<String> columns, boolean hasChoices) {
    Object value = field.of(document, columns);
    boolean rendered =
        field instanceof TaskField.Written written && !columns.contains(written.source());
    if (!rendered || !(value instanceof String text)) {
      return value;
    }
    if (hasChoices && DIGITS.matcher(text).matches()) {
      return Long.valueOf(text);
    }
    if (text.startsWith("[") && text.endsWith("]")) {
      return PythonLiteral.list(text).<Object>map(list -> list).orElse(text);
    }
    return value;
  }
}
