package org.cofitune.data;

import java.util.List;
import org.cofitune.text.Message;

/** Turns of a conversation; at least one is an answer of the assistant that says something. */
public record ConversationRow(List<Message> messages, RowSource source) implements Row {
  public ConversationRow {
    messages = List.copyOf(messages);
  }
}
