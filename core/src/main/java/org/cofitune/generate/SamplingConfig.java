package org.cofitune.generate;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How the next token is chosen from its logits. Names and meaning are those of {@code
 * transformers.GenerationConfig}, and so is the order: repetition penalty, suppressed tokens, then
 * temperature, top-k, top-p, min-p.
 *
 * @param doSample whether to draw; the most likely token is taken otherwise
 * @param temperature divides the logits; 0 takes the most likely token
 * @param topK draws from this many most likely tokens; 0 = from all
 * @param topP draws from the smallest set of most likely tokens with at least this probability; 1 =
 *     from all
 * @param minP drops tokens that are less likely than this share of the most likely one; 0 = none
 * @param repetitionPenalty divides positive logits of tokens that were seen in prompt or answer,
 *     and multiplies negative ones (arXiv 1909.05858); 1 = none
 * @param suppressTokens ids that are never chosen
 * @param seed of the draws; every row of a batch has its own sequence of draws made from seed and
 *     row, whatever the other rows are
 */
public record SamplingConfig(
    boolean doSample,
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    Set<Integer> suppressTokens,
    long seed) {
  static final SamplingConfig GREEDY =
      new SamplingConfig(false, 1.0, 50, 1.0, 0.0, 1.0, Set.of(), 42);

  public SamplingConfig {
    require(temperature >= 0 && temperature < 1e6, "temperature", "0 or more", temperature);
    require(topK >= 0, "top_k", "0 (all) or more", topK);
    require(topP >= 0 && topP <= 1, "top_p", "0 to 1", topP);
    require(minP >= 0 && minP <= 1, "min_p", "0 to 1", minP);
    require(
        repetitionPenalty > 0 && repetitionPenalty < 1e6,
        "repetition_penalty",
        "more than 0",
        repetitionPenalty);
    suppressTokens = Collections.unmodifiableSet(new TreeSet<>(suppressTokens));
    require(
        suppressTokens.stream().allMatch(id -> id >= 0),
        "suppress_tokens",
        "token ids",
        suppressTokens);
  }

  private static void require(boolean holds, String key, String expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible value")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct it, or leave it out")
          .build();
    }
  }

  /** Whether tokens are drawn at random. */
  public boolean isRandom() {
    return doSample && temperature > 0;
  }
}
