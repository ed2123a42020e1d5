package org.cofitune.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.text.Message;

/**
 * Rows {@code {"conversations": [{"from", "value"}]}} with an optional {@code system}. Turns
 * written as {@code {"role", "content"}} are read as those of {@link MessagesRows}.
 */
final class ShareGptRows {
  private static final Map<String, String> ROLES =
      new TreeMap<>(
          Map.of(
              "human", "user",
              "user", "user",
              "gpt", "assistant",
              "assistant", "assistant",
              "function_call", "assistant",
              "observation", "tool",
              "tool", "tool",
              "system", "system"));

  private ShareGptRows() {}

  static ConversationRow read(Fields row) {
    List<Message> messages = new ArrayList<>();
    String system = row.textOrEmpty("system");
    if (!system.isEmpty()) {
      messages.add(Message.system(system));
    }
    List<Fields> turns = row.objects("conversations");
    if (!turns.isEmpty() && turns.get(0).has("role") && !turns.get(0).has("from")) {
      messages.addAll(MessagesRows.messages(row, "conversations"));
    } else {
      turns.forEach(turn -> messages.add(message(turn)));
    }
    return Turns.conversation(row, messages);
  }

  private static Message message(Fields turn) {
    String from = turn.text("from");
    String role = ROLES.get(from);
    if (role == null) {
      throw turn.bad("unknown speaker at " + turn.path("from"))
          .expected("one of " + String.join(", ", ROLES.keySet()))
          .found("\"" + from + "\"")
          .next("rename the speaker, or set on_bad_row: skip")
          .build();
    }
    if (from.equals("function_call")) {
      return new Message(role, "", ToolCalls.written(turn, "value"));
    }
    return new Message(role, turn.text("value"));
  }
}
