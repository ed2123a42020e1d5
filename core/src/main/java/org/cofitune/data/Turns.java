package org.cofitune.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.text.Message;

/** What every conversation must fulfil, however its file writes it. */
final class Turns {
  private Turns() {}

  static ConversationRow conversation(Fields row, List<Message> messages) {
    refuseUnused(row, "tools", "functions", "images");
    if (messages.stream().noneMatch(Turns::isAnswer)) {
      throw nothingToLearn(
          row, "an assistant's message with content", messages.size() + " messages without one");
    }
    return new ConversationRow(messages, row.source());
  }

  static CofituneException nothingToLearn(Fields row, String expected, String found) {
    return row.bad("row has nothing to supervise")
        .expected(expected)
        .found(found)
        .next("fill the row in, or set on_bad_row: skip")
        .build();
  }

  /** A key that would change the prompt or the loss must not be left out in silence. */
  static void refuseUnused(Fields fields, String... keys) {
    for (String key : keys) {
      if (fields.has(key) && !isEmpty(fields.required(key))) {
        throw fields
            .bad("\"" + key + "\" cannot be trained on at " + fields.path(key))
            .expected("a row without it")
            .next("remove the key or the row, or set on_bad_row: skip")
            .build();
      }
    }
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isTextual()
        ? value.textValue().isBlank()
        : value.isContainerNode() && value.isEmpty();
  }

  private static boolean isAnswer(Message message) {
    return message.isFrom("assistant")
        && (!message.content().isBlank() || !message.toolCalls().isEmpty());
  }
}
