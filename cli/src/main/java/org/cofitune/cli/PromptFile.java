package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.cofitune.data.JsonObjects;
import org.cofitune.data.RowSource;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.Message;

/**
 * A file of prompts, JSON Lines or one array: {@code {"prompt": "..."}} is continued as it stands,
 * {@code {"messages": [...]}} and {@code {"instruction": "...", "input": "..."}} are asked in the
 * checkpoint's own format.
 *
 * @param ofText ids of a text that is continued as it stands
 * @param ofConversation ids of a conversation, ready for the next answer
 */
record PromptFile(
    Path file, Function<String, int[]> ofText, Function<List<Message>, int[]> ofConversation) {

  /** The prompts as token ids, in the order of the rows; blank lines are no prompts. */
  List<int[]> read() {
    List<int[]> prompts = new ArrayList<>();
    JsonObjects.read(
        file,
        (source, row) -> prompts.add(prompt(row, source)),
        (source, error) -> {
          throw error;
        });
    return prompts;
  }

  private int[] prompt(ObjectNode row, RowSource source) {
    if (row.path("prompt").isTextual()) {
      return ofText.apply(row.get("prompt").textValue());
    }
    if (row.path("instruction").isTextual()) {
      String input = row.path("input").asText("");
      String question = row.get("instruction").textValue();
      return ofConversation.apply(
          List.of(Message.user(input.isEmpty() ? question : question + "\n" + input)));
    }
    if (row.path("messages").isArray() && !row.get("messages").isEmpty()) {
      List<Message> messages = new ArrayList<>();
      for (JsonNode message : row.get("messages")) {
        if (!message.path("role").isTextual() || !message.path("content").isTextual()) {
          throw wrong(source, "a message has no role or no content", message.toString());
        }
        messages.add(
            new Message(message.get("role").textValue(), message.get("content").textValue()));
      }
      return ofConversation.apply(messages);
    }
    throw wrong(source, "no prompt in the row", String.join(", ", names(row)));
  }

  private static List<String> names(JsonNode row) {
    List<String> names = new ArrayList<>();
    row.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static CofituneException wrong(RowSource source, String what, String found) {
    return CofituneException.of(ErrorKind.DATA, what)
        .at(source)
        .expected("\"prompt\", \"messages\" or \"instruction\"")
        .found(found.isEmpty() ? "nothing" : found)
        .next("correct the row")
        .build();
  }
}
