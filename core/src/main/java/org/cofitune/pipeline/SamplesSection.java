package org.cofitune.pipeline;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Texts that base and tuned model write after the prompts of held-out rows, beside each other in
 * the report.
 *
 * @param rows the first so many held-out rows; 0 for none
 * @param maxNewTokens the most tokens of each text, which is greedy: the most likely token each
 *     time
 */
public record SamplesSection(int rows, int maxNewTokens) {
  private static final int DEFAULT_ROWS = 4;
  private static final int DEFAULT_MAX_NEW_TOKENS = 96;

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public SamplesSection {
    require(rows >= 0, "rows", "0 or more", rows);
    require(maxNewTokens >= 1, "max_new_tokens", "1 or more", maxNewTokens);
  }

  static SamplesSection defaults() {
    return new SamplesSection(DEFAULT_ROWS, DEFAULT_MAX_NEW_TOKENS);
  }

  private static void require(boolean holds, String key, String expected, int found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible samples")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }
}
