package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of templates: {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@link
 * None}, {@code List}, {@link Tuple}, {@code Map}, {@link View}, {@link Generator}, {@link
 * Undefined}, {@link Namespace}, {@link Invocable}; and what Python does with any of them.
 */
final class PythonValues {
  private PythonValues() {}

  /**
   * Copies plain Java values into template values; null becomes None.
   *
   * @throws IllegalArgumentException for an object of another type
   */
  static Object of(@Nullable Object value) {
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, element) -> copy.put(of(key), of(element)));
      return copy;
    }
    if (value instanceof Collection<?> collection) {
      List<Object> copy = new ArrayList<>(collection.size());
      collection.forEach(element -> copy.add(of(element)));
      return copy;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof String
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean) {
      return value;
    }
    throw new IllegalArgumentException("no template value: " + value.getClass().getName());
  }

  static String typeName(Object value) {
    if (value instanceof String) {
      return "str";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (value instanceof Long) {
      return "int";
    } else if (value instanceof Double) {
      return "float";
    } else if (value instanceof List) {
      return "list";
    } else if (value instanceof Tuple) {
      return "tuple";
    } else if (value instanceof Map) {
      return "dict";
    } else if (value instanceof View view) {
      return view.type();
    } else if (value == None.NONE) {
      return "NoneType";
    } else if (value instanceof Invocable) {
      return "function";
    }
    return value.getClass().getSimpleName();
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value instanceof Undefined undefined) {
      undefined.requireLenient();
      return false;
    }
    if (value == None.NONE) {
      return false;
    }
    return !isSized(value) || length(value) > 0;
  }

  static boolean isSized(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || value instanceof View
        || value instanceof Markup;
  }

  /** {@code len(value)}; that of a text counts code points. */
  static int length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    } else if (value instanceof Markup markup) {
      return length(markup.text());
    } else if (value instanceof Map<?, ?> map) {
      return map.size();
    } else if (value instanceof Undefined undefined) {
      undefined.requireLenient();
      return 0;
    } else if (value instanceof LoopContext loop) {
      return loop.length();
    }
    List<Object> items = elements(value);
    if (items == null) {
      throw TemplateError.of("object of type '" + typeName(value) + "' has no len()");
    }
    return items.size();
  }

  /** The elements of a list, tuple or view, or null for any other value. */
  @SuppressWarnings("unchecked")
  static @Nullable List<Object> elements(Object value) {
    if (value instanceof List) {
      return (List<Object>) value;
    } else if (value instanceof Tuple tuple) {
      return tuple.items();
    } else if (value instanceof View view) {
      return view.items();
    }
    return null;
  }

  static boolean isIterable(Object value) {
    return value instanceof Undefined
        || value instanceof Generator
        || value instanceof LoopContext
        || isSized(value);
  }

  /** {@code iter(value)}. */
  @SuppressWarnings("unchecked")
  static Iterator<Object> iterate(Object value) {
    List<Object> items = elements(value);
    if (items != null) {
      return items.iterator();
    }
    if (value instanceof Generator generator) {
      return generator.items();
    }
    if (value instanceof Map<?, ?> map) {
      return ((Map<Object, Object>) map).keySet().iterator();
    }
    if (value instanceof String text) {
      return text.codePoints().<Object>mapToObj(Character::toString).iterator();
    }
    if (value instanceof Undefined undefined) {
      undefined.requireLenient();
      return List.<Object>of().iterator();
    }
    throw TemplateError.of("'" + typeName(value) + "' object is not iterable");
  }

  /** {@code list(value)}. */
  static List<Object> list(Object value, Rendering rendering) {
    List<Object> list = new ArrayList<>();
    Iterator<Object> items = iterate(value);
    while (items.hasNext()) {
      rendering.step();
      list.add(items.next());
    }
    return list;
  }

  static String requireText(Object value, String what) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    throw TemplateError.of(what + " must be a text, not '" + typeName(value) + "'");
  }

  /** A list index or text position as Python counts it, or -1 where there is no such element. */
  static int position(Object index, int length) {
    long at = PythonNumbers.index(index);
    long position = at < 0 ? at + length : at;
    return position >= 0 && position < length ? (int) position : -1;
  }
}
