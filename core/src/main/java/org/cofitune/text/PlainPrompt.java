package org.cofitune.text;

import java.util.ArrayList;
import java.util.List;

/**
 * The messages alone, each on a line of its own, for base models that know no instructions or whose
 * context is too short for them. The end-of-sequence id follows every answer.
 */
public record PlainPrompt() implements PromptFormat {
  @Override
  public List<Segment> render(List<Message> messages) {
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      boolean answer = messages.get(i).isFrom("assistant");
      boolean last = i == messages.size() - 1;
      segments.add(
          answer
              ? new Segment(messages.get(i).content(), true, true)
              : new Segment(messages.get(i).content() + (last ? "" : "\n"), false));
    }
    return segments;
  }

  @Override
  public String generationPrompt(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content()).append('\n'));
    return text.toString();
  }

  @Override
  public boolean addsSpecialTokens() {
    return true;
  }
}
