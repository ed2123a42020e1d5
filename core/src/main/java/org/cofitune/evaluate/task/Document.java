package org.cofitune.evaluate.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row of a task's data.
 *
 * @param fields values by column, plain maps, lists, texts, numbers, booleans, null
 * @param place where the row stands, {@code file:line}
 */
public record Document(Map<String, Object> fields, String place) {
  public Document {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }
}
