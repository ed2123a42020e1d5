package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code attribute} argument of filters: a dotted path, whose numbers are indices. */
record AttributePath(List<Object> parts) {
  static AttributePath of(Object attribute) {
    if (attribute instanceof Long) {
      return new AttributePath(List.of(attribute));
    }
    String path = PythonValues.requireText(attribute, "attribute");
    List<Object> parts = new ArrayList<>();
    for (Object part : PythonStrings.split(path, ".", -1)) {
      String name = (String) part;
      boolean index =
          !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
      parts.add(index ? (Object) Long.valueOf(name) : name);
    }
    return new AttributePath(parts);
  }

  Object get(Object item, Rendering rendering) {
    Object value = item;
    for (Object part : parts) {
      value = Lookup.element(value, part, rendering);
    }
    return value;
  }

  /** As {@link #get}; an undefined value on the way is replaced where a default is given. */
  Object get(Object item, @Nullable Object otherwise, Rendering rendering) {
    Object value = item;
    for (Object part : parts) {
      value = Lookup.element(value, part, rendering);
      if (otherwise != null && value instanceof Undefined) {
        value = otherwise;
      }
    }
    return value;
  }

  /** What a filter sorts or groups an item by; texts in lower case unless case matters. */
  static Object sortKey(
      @Nullable Object attribute, Object item, boolean caseSensitive, Rendering rendering) {
    Object key = attribute == null ? item : sortParts(attribute, item, caseSensitive, rendering);
    return folded(key, caseSensitive);
  }

  /** Several attributes, separated by commas, sort as a list. */
  private static Object sortParts(
      Object attribute, Object item, boolean caseSensitive, Rendering rendering) {
    if (!(attribute instanceof String names) || !names.contains(",")) {
      return of(attribute).get(item, rendering);
    }
    List<Object> keys = new ArrayList<>();
    for (Object name : PythonStrings.split(names, ",", -1)) {
      keys.add(folded(of(name).get(item, rendering), caseSensitive));
    }
    return keys;
  }

  private static Object folded(Object key, boolean caseSensitive) {
    return !caseSensitive && key instanceof String text ? PythonStrings.lower(text) : key;
  }
}
