package org.cofitune.text;

import java.util.List;

/**
 * Text as it is, without a frame: continued pre-training, or a base model that completes. A plain
 * text row is one message of the assistant. The end-of-sequence id follows every answer.
 */
public record RawText() implements PromptFormat {
  @Override
  public List<Segment> render(List<Message> messages) {
    return messages.stream()
        .map(
            message -> {
              boolean answer = message.isFrom("assistant");
              return new Segment(message.content(), answer, answer);
            })
        .toList();
  }

  @Override
  public String generationPrompt(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content()));
    return text.toString();
  }

  @Override
  public boolean addsSpecialTokens() {
    return true;
  }
}
