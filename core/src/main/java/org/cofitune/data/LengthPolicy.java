package org.cofitune.data;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Cuts examples to length and refuses those that are left with nothing to learn.
 *
 * @param supervisionNeeded whether an example without a supervised token is refused
 */
record LengthPolicy(int cutoffLen, OnTooLong onTooLong, boolean supervisionNeeded) {

  boolean isTooLong(int tokens) {
    return tokens > cutoffLen;
  }

  /**
   * The example as it is trained on.
   *
   * @throws CofituneException of kind DATA where it is too long and the policy is to fail, or has
   *     no supervised token where one is needed
   */
  TokenizedExample fit(TokenizedExample full) {
    TokenizedExample example = full;
    if (isTooLong(full.tokens())) {
      if (onTooLong != OnTooLong.TRUNCATE) {
        throw tooLong(full);
      }
      example = full.truncatedTo(cutoffLen);
    }
    if (supervisionNeeded && example.supervisedTokens() == 0) {
      throw nothingToSupervise(full);
    }
    return example;
  }

  private CofituneException tooLong(TokenizedExample full) {
    return CofituneException.of(ErrorKind.DATA, "row is longer than cutoff_len")
        .at(full.source())
        .expected("at most " + cutoffLen + " tokens")
        .found(full.tokens())
        .next("raise cutoff_len, or set on_too_long: truncate or skip")
        .build();
  }

  private CofituneException nothingToSupervise(TokenizedExample full) {
    CofituneException.Builder error =
        CofituneException.of(ErrorKind.DATA, "row has nothing to supervise").at(full.source());
    int first = firstSupervised(full);
    return first < 0
        ? error
            .expected("a label other than -100 behind the first token")
            .found("none in " + full.tokens() + " tokens")
            .next("mend the row, or set on_bad_row: skip")
            .build()
        : error
            .expected("a supervised token among the first " + cutoffLen)
            .found("the first at token " + (first + 1) + " of " + full.tokens())
            .next("raise cutoff_len above " + first + ", or set on_bad_row: skip")
            .see("row-has-nothing-to-supervise")
            .build();
  }

  private static int firstSupervised(TokenizedExample full) {
    for (int i = 1; i < full.tokens(); i++) {
      if (full.labels()[i] != TokenizedExample.IGNORED) {
        return i;
      }
    }
    return -1;
  }
}
