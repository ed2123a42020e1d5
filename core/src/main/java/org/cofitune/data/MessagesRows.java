package org.cofitune.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.cofitune.text.Message;

/**
 * Rows {@code {"messages": [{"role", "content"}]}} as OpenAI and Hugging Face write them: content a
 * string or a list of text parts, null where {@code tool_calls} stand instead.
 */
final class MessagesRows {
  private static final Set<String> ROLES =
      new TreeSet<>(
          Set.of("system", "developer", "user", "assistant", "tool", "ipython", "observation"));

  private MessagesRows() {}

  static ConversationRow read(Fields row) {
    return Turns.conversation(row, messages(row, "messages"));
  }

  static List<Message> messages(Fields row, String key) {
    List<Message> messages = new ArrayList<>();
    for (Fields turn : row.objects(key)) {
      messages.add(message(turn));
    }
    return messages;
  }

  private static Message message(Fields turn) {
    String role = turn.text("role");
    if (!ROLES.contains(role)) {
      throw turn.bad("unknown role at " + turn.path("role"))
          .expected("one of " + String.join(", ", ROLES))
          .found("\"" + role + "\"")
          .next("rename the role, or set on_bad_row: skip")
          .build();
    }
    Turns.refuseUnused(turn, "function_call", "reasoning_content", "thinking", "images", "audio");
    if (turn.has("weight") && turn.required("weight").asDouble() != 1) {
      Turns.refuseUnused(turn, "weight");
    }
    List<Map<String, Object>> calls = ToolCalls.read(turn);
    String content = calls.isEmpty() || turn.has("content") ? content(turn) : "";
    return new Message(role, content, calls);
  }

  private static String content(Fields turn) {
    JsonNode content = turn.required("content");
    if (!content.isArray()) {
      return turn.text("content");
    }
    StringBuilder text = new StringBuilder();
    for (Fields part : turn.objects("content")) {
      String type = part.text("type");
      if (!type.equals("text")) {
        throw turn.bad("content is no text at " + part.path("type"))
            .expected("\"text\"")
            .found("\"" + type + "\"")
            .next("remove the row: only text is trained on")
            .build();
      }
      text.append(part.text("text"));
    }
    return text.toString();
  }
}
