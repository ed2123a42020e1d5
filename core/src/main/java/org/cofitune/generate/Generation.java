package org.cofitune.generate;

import java.util.List;

/**
 * A generated text.
 *
 * @param promptTokens tokens of the prompt
 * @param tokens the tokens chosen, without the one that ended the text
 * @param text what they say after the prompt, without special tokens and without the stop string
 * @param finishReason why it ended
 */
public record Generation(
    int promptTokens, List<GeneratedToken> tokens, String text, FinishReason finishReason) {
  public Generation {
    tokens = List.copyOf(tokens);
  }

  /** The ids of the tokens. */
  public int[] ids() {
    return tokens.stream().mapToInt(GeneratedToken::id).toArray();
  }
}
