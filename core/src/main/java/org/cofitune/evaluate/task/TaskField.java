package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;
import org.cofitune.text.jinja.Dialect;
import org.cofitune.text.jinja.JinjaTemplate;
import org.jspecify.annotations.Nullable;

/** A field of a task file that is worked out for every row, such as {@code doc_to_text}. */
public sealed interface TaskField {
  /** The field is not there. */
  TaskField NOTHING = new Constant("");

  /**
   * The field's value for a row: text, number, list, or what the column holds.
   *
   * @param columns the columns of the data set
   * @throws CofituneException ({@link ErrorKind#DATA}) naming the row
   */
  @Nullable Object of(Document document, Set<String> columns);

  /** The same value for every row. */
  record Constant(Object value) implements TaskField {
    @Override
    public Object of(Document document, Set<String> columns) {
      return value;
    }
  }

  /**
   * A column's name where the data set has a column of that name, else a Jinja template over the
   * row.
   *
   * @param key the field's name in the task file
   * @param place where the task file has it
   * @param loose whether a bare word that is no column is text
   */
  record Written(String key, String source, JinjaTemplate template, String place, boolean loose)
      implements TaskField {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");

    @Override
    public @Nullable Object of(Document document, Set<String> columns) {
      if (columns.contains(source)) {
        return document.fields().get(source);
      }
      if (!loose && WORD.matcher(source).matches()) {
        throw CofituneException.of(ErrorKind.RECIPE, key + ": the data has no such column")
            .at(place)
            .expected("one of " + String.join(", ", columns))
            .found("\"" + source + "\"")
            .next(
                NearestName.of(source, columns)
                    .map(near -> "did you mean \"" + near + "\"?")
                    .orElse("name a column or write a template"))
            .build();
      }
      try {
        return template.render(document.fields());
      } catch (CofituneException e) {
        throw CofituneException.of(ErrorKind.DATA, key + " cannot be rendered")
            .at(document.place())
            .found(e.getMessage())
            .cause(e)
            .build();
      }
    }

    @Override
    public String toString() {
      return source;
    }
  }

  /** Reads a field: text, a whole number, a list, or a mapping whose values are the list. */
  static TaskField parse(TaskKeys keys, String key, boolean loose) {
    JsonNode value = keys.value(key);
    if (value == null) {
      return NOTHING;
    }
    if (value.isContainerNode()) {
      List<Object> elements = new ArrayList<>();
      for (JsonNode element : value) {
        if (element.isContainerNode() || element.isNull()) {
          throw keys.wrong(key, "texts", value);
        }
        elements.add(element.asText());
      }
      return new Constant(elements);
    }
    if (value.isIntegralNumber() && value.canConvertToInt()) {
      return new Constant(value.longValue());
    }
    String source = value.asText();
    try {
      JinjaTemplate template =
          JinjaTemplate.compile(keys.place(key) + " " + key, source, Dialect.TASK_FIELD);
      return new Written(key, source, template, keys.place(key), loose);
    } catch (CofituneException e) {
      throw CofituneException.of(ErrorKind.RECIPE, key + " is no template")
          .at(keys.place(key))
          .found(e.getMessage())
          .cause(e)
          .build();
    }
  }
}
