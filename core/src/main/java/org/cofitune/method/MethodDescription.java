package org.cofitune.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** The beginning of every method's description. */
final class MethodDescription {
  private MethodDescription() {}

  /**
   * Name and purpose.
   *
   * @param does what the method does, for people, as a format of arguments
   */
  static ObjectNode of(MethodName name, String does, Object... arguments) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", name.word())
        .put("does", String.format(Locale.ROOT, does, arguments));
  }
}
