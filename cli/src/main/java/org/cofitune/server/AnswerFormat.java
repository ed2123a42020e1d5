package org.cofitune.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** How OpenAI writes the answers of one kind of request. */
sealed interface AnswerFormat permits CompletionFormat, ChatFormat {
  /** A finished answer. */
  ObjectNode whole(List<Choice> choices);

  /** What a stream says of a choice before its text; nothing where there is nothing to say. */
  Optional<ObjectNode> beginning(Choice choice);

  /** A piece of text of a stream, with the tokens that came since the last one. */
  ObjectNode piece(Choice choice, String text);

  /** The end of a choice in a stream. */
  ObjectNode end(Choice choice);

  /** The last object of a stream that was asked what it cost. */
  ObjectNode cost(List<Choice> choices);

  /** {@code usage} of an answer. */
  static ObjectNode usage(List<Choice> choices) {
    int read = choices.stream().mapToInt(choice -> choice.prompt().length).sum();
    int written = choices.stream().mapToInt(Choice::generatedTokens).sum();
    return JsonNodeFactory.instance
        .objectNode()
        .put("prompt_tokens", read)
        .put("completion_tokens", written)
        .put("total_tokens", read + written);
  }

  /** JSON has no infinity; OpenAI writes this number for it. */
  static double finite(double logprob) {
    return Double.isFinite(logprob) ? logprob : -9999.0;
  }
}
