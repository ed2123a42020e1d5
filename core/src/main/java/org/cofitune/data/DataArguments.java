package org.cofitune.data;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How rows become examples: the home of every default. Names are LLaMA-Factory's where it has one.
 *
 * @param cutoffLen most tokens of a row
 * @param onTooLong what happens to a longer row
 * @param onBadRow what happens to a row that cannot be read or has nothing to supervise
 * @param supervised tokens that the loss counts: the answers and what ends them, or the prompt too
 * @param valSize rows held out for evaluation, drawn by seed: a fraction below 1, or a number of
 *     rows
 */
public record DataArguments(
    int cutoffLen, OnTooLong onTooLong, OnBadRow onBadRow, Supervised supervised, double valSize) {
  private static final DataArguments DEFAULTS =
      new DataArguments(2048, OnTooLong.TRUNCATE, OnBadRow.FAIL, Supervised.RESPONSE, 0);

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public DataArguments {
    if (cutoffLen < 2) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible value")
          .at("cutoff_len")
          .expected("2 or more")
          .found(cutoffLen)
          .next("one token has nothing behind it to learn")
          .build();
    }
    TrainEvalSplit.requireSize(valSize);
  }

  /** 2048 tokens, longer rows truncated, bad rows refused, answers supervised, nothing held out. */
  public static DataArguments defaults() {
    return DEFAULTS;
  }

  public DataArguments withCutoffLen(int tokens) {
    return new DataArguments(tokens, onTooLong, onBadRow, supervised, valSize);
  }

  public DataArguments withOnTooLong(OnTooLong policy) {
    return new DataArguments(cutoffLen, policy, onBadRow, supervised, valSize);
  }

  public DataArguments withOnBadRow(OnBadRow policy) {
    return new DataArguments(cutoffLen, onTooLong, policy, supervised, valSize);
  }

  public DataArguments withSupervised(Supervised tokens) {
    return new DataArguments(cutoffLen, onTooLong, onBadRow, tokens, valSize);
  }

  public DataArguments withValSize(double size) {
    return new DataArguments(cutoffLen, onTooLong, onBadRow, supervised, size);
  }
}
