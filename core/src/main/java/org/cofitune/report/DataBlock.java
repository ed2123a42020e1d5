package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;

/** JSON as it may stand in a {@code <script>} element, where no HTML escapes are read. */
final class DataBlock {
  private DataBlock() {}

  /**
   * The text of a tree. {@code <}, which alone can end or open a script, stands in JSON within
   * strings only, and is written there as an escape; so are {@code >} and {@code &}.
   */
  static String of(JsonNode data) {
    return data.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }
}
