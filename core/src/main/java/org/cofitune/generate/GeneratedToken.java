package org.cofitune.generate;

import java.util.List;

/**
 * A token that was chosen.
 *
 * @param id the token
 * @param logprob natural logarithm of its probability, before temperature and penalties; NaN where
 *     log-probabilities were not asked for
 * @param top the most likely tokens in its place, best first; empty where not asked for
 */
public record GeneratedToken(int id, double logprob, List<TokenLogprob> top) {
  public GeneratedToken {
    top = List.copyOf(top);
  }
}
