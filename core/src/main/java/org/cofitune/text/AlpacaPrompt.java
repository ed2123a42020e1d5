package org.cofitune.text;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The Alpaca prompt in the wording of the CoFiTune authors, for checkpoints without a chat
 * template.
 *
 * <pre>
 * Below is an instruction that describes a task. Write a response that appropriately completes the request.
 *
 * ### Instruction:
 * {instruction}
 *
 * ### Response: {response}
 * </pre>
 *
 * <p>The end-of-sequence id follows every response. A system message takes the place of the first
 * sentence; further turns follow after an empty line. The blank before the response belongs to the
 * response: most tokenizers join it to the first word, so a prompt that ended with it would leave
 * the model at a token boundary it never saw in training.
 */
public record AlpacaPrompt() implements PromptFormat {
  private static final String PREFACE =
      "Below is an instruction that describes a task."
          + " Write a response that appropriately completes the request.";

  @Override
  public List<Segment> render(List<Message> messages) {
    List<Segment> segments = new ArrayList<>();
    StringBuilder prompt = new StringBuilder();
    boolean asked = false;
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      if (i == 0 && message.isFrom("system")) {
        prompt.append(message.content()).append("\n\n");
      } else if (message.isFrom("user") && !asked) {
        appendQuestion(prompt, message, i == 0, !segments.isEmpty());
        asked = true;
      } else if (message.isFrom("assistant") && asked) {
        segments.add(new Segment(prompt.toString(), false));
        segments.add(new Segment(" " + message.content(), true, true));
        prompt.setLength(0);
        asked = false;
      } else {
        throw unexpected(messages, i, asked ? "assistant" : "user");
      }
    }
    if (asked || segments.isEmpty()) {
      segments.add(new Segment(prompt.toString(), false));
    }
    return segments;
  }

  @Override
  public String generationPrompt(List<Message> messages) {
    if (messages.isEmpty() || !messages.get(messages.size() - 1).isFrom("user")) {
      throw unexpected(messages, messages.size() - 1, "user");
    }
    StringBuilder text = new StringBuilder();
    render(messages).forEach(segment -> text.append(segment.text()));
    return text.toString();
  }

  @Override
  public boolean addsSpecialTokens() {
    return true;
  }

  private static void appendQuestion(
      StringBuilder prompt, Message message, boolean opens, boolean follows) {
    if (opens) {
      prompt.append(PREFACE).append("\n\n");
    } else if (follows) {
      prompt.append("\n\n");
    }
    prompt.append("### Instruction:\n").append(message.content()).append("\n\n### Response:");
  }

  private static CofituneException unexpected(List<Message> messages, int index, String expected) {
    return CofituneException.of(
            ErrorKind.DATA, "the Alpaca prompt cannot express this order of messages")
        .at("message " + (index + 1))
        .expected("role " + expected)
        .found(index < 0 ? "no messages" : "role " + messages.get(index).role())
        .next("use rows of the form [system,] user, assistant, ... or a model with a chat template")
        .build();
  }
}
