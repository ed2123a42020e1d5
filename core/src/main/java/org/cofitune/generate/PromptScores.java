package org.cofitune.generate;

import java.util.List;

/**
 * How likely a model finds a prompt, token by token.
 *
 * @param tokens the prompt's tokens from the second on, since nothing predicts the first
 * @param next the token that the model finds most likely after the prompt
 */
public record PromptScores(List<GeneratedToken> tokens, GeneratedToken next) {
  public PromptScores {
    tokens = List.copyOf(tokens);
  }
}
