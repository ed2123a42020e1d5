package org.cofitune.evaluate.task;

/** What a model made of one {@link Request}. */
public sealed interface Response {
  /**
   * A scored continuation.
   *
   * @param logLikelihood natural log-likelihood of the continuation's tokens together
   * @param tokens how many tokens were scored
   * @param greedy whether every token was the likeliest one
   */
  record Scored(double logLikelihood, int tokens, boolean greedy) implements Response {}

  /** A generated text, without the text that ended it. */
  record Generated(String text) implements Response {}
}
