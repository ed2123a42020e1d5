package org.cofitune.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or what
 *     else the checkpoint's chat template knows
 * @param content the text
 * @param toolCalls calls that an assistant makes, each a plain JSON-like map such as {@code
 *     {"type": "function", "function": {"name": ..., "arguments": {...}}}}; empty for most messages
 */
public record Message(String role, String content, List<Map<String, Object>> toolCalls) {
  public Message {
    toolCalls = List.copyOf(toolCalls);
  }

  public Message(String role, String content) {
    this(role, content, List.of());
  }

  public static Message system(String content) {
    return new Message("system", content);
  }

  public static Message user(String content) {
    return new Message("user", content);
  }

  public static Message assistant(String content) {
    return new Message("assistant", content);
  }

  public boolean isFrom(String speaker) {
    return role.equals(speaker);
  }

  /** The message as a chat template sees it; {@code tool_calls} is there only where calls are. */
  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("role", role);
    map.put("content", content);
    if (!toolCalls.isEmpty()) {
      map.put("tool_calls", toolCalls);
    }
    return map;
  }
}
