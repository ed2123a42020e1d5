package org.cofitune.evaluate;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.generate.LogLikelihoodScorer;

/**
 * How questions are computed; the numbers are the same to the last few bits.
 *
 * @param batchTokens tokens of one forward pass that scores, unless one question has more
 * @param shareContexts whether what the choices of a question have in common is computed once
 */
public record EvaluationSettings(int batchTokens, boolean shareContexts) {
  public EvaluationSettings {
    if (batchTokens < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible batch")
          .at("batch_tokens")
          .expected("1 or more tokens")
          .found(batchTokens)
          .next("leave it out for " + LogLikelihoodScorer.DEFAULT_BATCH_TOKENS)
          .build();
    }
  }

  public static EvaluationSettings defaults() {
    return new EvaluationSettings(LogLikelihoodScorer.DEFAULT_BATCH_TOKENS, true);
  }
}
