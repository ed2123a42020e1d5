package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One thing to learn, or to be asked.
 *
 * @param text that the item's part is settled by
 * @param row to train on
 * @param question of a task
 */
record Item(String text, ObjectNode row, ObjectNode question) {
  /** A question that is answered in writing. */
  static Item asked(String instruction, String output) {
    ObjectNode row = object().put("instruction", instruction).put("output", output);
    return new Item(instruction, row, row);
  }

  /** A sentence whose end is chosen of two. */
  static Item ended(String start, String right, String wrong) {
    return new Item(
        start,
        object().put("text", start + " " + right),
        object().put("start", start).put("right", right).put("wrong", wrong));
  }

  /** A text that is to be found likely. */
  static Item told(String text) {
    ObjectNode row = object().put("text", text);
    return new Item(text, row, row);
  }

  Part part() {
    return Part.of(text);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
