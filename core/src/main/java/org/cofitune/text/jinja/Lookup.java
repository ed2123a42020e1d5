package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attributes, elements and slices, in jinja2's order: {@code a.b} tries Python's attribute first.
 */
final class Lookup {
  private Lookup() {}

  /** {@code target.name}. */
  static Object attribute(Object target, String name, Rendering rendering) {
    Object found = pythonAttribute(target, name);
    if (found != null) {
      return found;
    }
    if (target instanceof Map<?, ?> map) {
      Object value = map.get(name);
      if (value != null) {
        return value;
      }
    }
    return missing(target, name, rendering);
  }

  /** {@code target[index]}; an index that does not exist gives an undefined value. */
  static Object element(Object target, Object index, Rendering rendering) {
    if (target instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (index instanceof Undefined undefined && !(target instanceof Map)) {
      throw undefined.error();
    }
    Object found = null;
    if (target instanceof Map<?, ?> map) {
      requireKey(index);
      found = find(map, index);
    } else if (PythonNumbers.isInteger(index)) {
      found = at(target, index);
    }
    if (found == null && index instanceof String name) {
      found = pythonAttribute(target, name);
    }
    return found != null ? found : missing(target, index, rendering);
  }

  /** The value of a key; numbers that are equal are the same key. */
  static @Nullable Object find(Map<?, ?> map, Object key) {
    Object value = map.get(key);
    if (value == null && PythonNumbers.isNumber(key)) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (PythonOrder.equal(entry.getKey(), key)) {
          return entry.getValue();
        }
      }
    }
    return value;
  }

  /** {@code dict[key] = value}; of equal keys the first stays, with the new value. */
  static void put(Map<Object, Object> dict, Object key, Object value) {
    requireKey(key);
    Object known = key;
    if (PythonNumbers.isNumber(key)) {
      for (Object other : dict.keySet()) {
        known = PythonOrder.equal(other, key) ? other : known;
      }
    }
    dict.put(known, value);
  }

  static void requireKey(Object key) {
    if (key instanceof List || key instanceof Map) {
      throw TemplateError.of("unhashable type: '" + PythonValues.typeName(key) + "'");
    }
  }

  private static @Nullable Object at(Object target, Object index) {
    if (target instanceof String text) {
      int position = PythonValues.position(index, PythonValues.length(text));
      return position < 0
          ? null
          : Character.toString(text.codePointAt(text.offsetByCodePoints(0, position)));
    }
    List<Object> items = PythonValues.elements(target);
    if (items == null || (target instanceof View view && !view.type().equals("range"))) {
      return null;
    }
    int position = PythonValues.position(index, items.size());
    return position < 0 ? null : items.get(position);
  }

  private static @Nullable Object pythonAttribute(Object target, String name) {
    if (target instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (name.startsWith("__")) {
      throw TemplateError.unsupported("the attribute '" + name + "'");
    }
    if (target instanceof String text) {
      return StringMethods.find(text, name);
    }
    if (target instanceof Map<?, ?> map) {
      return CollectionMethods.ofDict(map, name);
    }
    if (target instanceof List || target instanceof Tuple) {
      return CollectionMethods.ofSequence(target, name);
    }
    if (target instanceof Namespace namespace) {
      return namespace.attributes().get(name);
    }
    if (target instanceof LoopContext loop) {
      return loop.attribute(name);
    }
    if (target instanceof Markup) {
      throw TemplateError.unsupported("a method of a text after the filter safe or escape");
    }
    return null;
  }

  private static Undefined missing(Object target, Object name, Rendering rendering) {
    String type = target == None.NONE ? "None" : "'" + PythonValues.typeName(target) + " object'";
    String key =
        name instanceof String text
            ? "attribute '" + text + "'"
            : "element " + PythonText.repr(name);
    return rendering.undefined(type + " has no " + key);
  }

  /** {@code target[start:stop:step]} of a text, list or tuple. */
  static Object slice(
      Object target,
      @Nullable Integer start,
      @Nullable Integer stop,
      @Nullable Integer step,
      Rendering rendering) {
    if (target instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (target instanceof String text) {
      int[] points = text.codePoints().toArray();
      int[] indices = indices(points.length, start, stop, step);
      StringBuilder out = new StringBuilder(indices.length);
      for (int index : indices) {
        out.appendCodePoint(points[index]);
      }
      return rendering.made(out.toString());
    }
    List<Object> items = PythonValues.elements(target);
    if (target instanceof View) {
      throw TemplateError.unsupported("slicing a value of type " + PythonValues.typeName(target));
    }
    if (items == null) {
      throw TemplateError.of("'" + PythonValues.typeName(target) + "' object has no slices");
    }
    List<Object> part = new ArrayList<>();
    for (int index : indices(items.size(), start, stop, step)) {
      part.add(items.get(index));
    }
    rendering.reserveElements(part.size());
    return target instanceof Tuple ? new Tuple(part) : part;
  }

  private static int[] indices(
      int length, @Nullable Integer start, @Nullable Integer stop, @Nullable Integer step) {
    int by = step == null ? 1 : step;
    if (by == 0) {
      throw TemplateError.of("slice step cannot be zero");
    }
    int lowest = by > 0 ? 0 : -1;
    int highest = by > 0 ? length : length - 1;
    long from = start == null ? (by > 0 ? lowest : highest) : clamp(start, length, lowest, highest);
    long to = stop == null ? (by > 0 ? highest : lowest) : clamp(stop, length, lowest, highest);
    long distance = by > 0 ? to - from : from - to;
    long width = Math.abs((long) by);
    int count = distance <= 0 ? 0 : (int) ((distance + width - 1) / width);
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      indices[i] = (int) (from + (long) i * by);
    }
    return indices;
  }

  private static long clamp(int bound, int length, int lowest, int highest) {
    long position = bound < 0 ? (long) bound + length : bound;
    return Math.max(lowest, Math.min(highest, position));
  }
}
