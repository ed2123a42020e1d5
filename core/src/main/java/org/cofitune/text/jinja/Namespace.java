package org.cofitune.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one object whose attributes a template can assign, also from inside a loop. */
record Namespace(Map<String, Object> attributes) {
  static Namespace of(Map<String, Object> initial) {
    return new Namespace(new LinkedHashMap<>(initial));
  }
}
