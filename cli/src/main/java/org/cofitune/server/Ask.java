package org.cofitune.server;

import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.SamplingConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants of each of its prompts.
 *
 * @param config how the text goes on, null if nothing is to follow the prompt
 * @param echo whether the prompt is a part of the answer
 * @param topLogprobs alternatives to every token of the answer, or {@link
 *     GenerationConfig#NO_LOGPROBS}
 * @param stream whether the answer comes in pieces
 * @param includeUsage whether a stream ends with what it cost
 */
record Ask(
    @Nullable GenerationConfig config,
    boolean echo,
    int topLogprobs,
    boolean stream,
    boolean includeUsage) {
  boolean tellsLogprobs() {
    return topLogprobs > GenerationConfig.NO_LOGPROBS;
  }

  boolean scoresPrompt() {
    return echo && tellsLogprobs();
  }

  /**
   * Whether scoring the prompt gives the whole answer: the one token that follows is the likeliest.
   * This is how lm-evaluation-harness asks for likelihoods, and saves it a second pass.
   */
  boolean scoresGiveAll() {
    if (!scoresPrompt() || config == null) {
      return scoresPrompt();
    }
    SamplingConfig sampling = config.sampling();
    return config.maxNewTokens() == 1
        && config.stopStrings().isEmpty()
        && !sampling.isRandom()
        && sampling.repetitionPenalty() == 1
        && sampling.suppressTokens().isEmpty();
  }
}
