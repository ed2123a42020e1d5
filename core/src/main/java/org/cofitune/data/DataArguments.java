package org.cofitune.data;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.Template;

/**
 * How rows become examples: the home of every default. Names are LLaMA-Factory's where it has one.
 *
 * @param cutoffLen most tokens of a row
 * @param onTooLong what happens to a longer row
 * @param onBadRow what happens to a row that cannot be read or has nothing to supervise
 * @param template how conversations are written: {@code auto} is the checkpoint's chat template, or
 *     the Alpaca prompt where it has none; {@code alpaca} is that prompt, whatever the checkpoint
 *     has; {@code plain} is nothing but the messages, one a line
 * @param supervised tokens that the loss counts: the answers and what ends them, or the prompt too
 * @param valSize rows held out for evaluation, drawn by seed: a fraction below 1, or a number of
 *     rows
 */
public record DataArguments(
    int cutoffLen,
    OnTooLong onTooLong,
    OnBadRow onBadRow,
    Template template,
    Supervised supervised,
    double valSize) {
  private static final DataArguments DEFAULTS =
      new DataArguments(
          2048, OnTooLong.TRUNCATE, OnBadRow.FAIL, Template.AUTO, Supervised.RESPONSE, 0);

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
    return new DataArguments(tokens, onTooLong, onBadRow, template, supervised, valSize);
  }

  public DataArguments withOnTooLong(OnTooLong policy) {
    return new DataArguments(cutoffLen, policy, onBadRow, template, supervised, valSize);
  }

  public DataArguments withOnBadRow(OnBadRow policy) {
    return new DataArguments(cutoffLen, onTooLong, policy, template, supervised, valSize);
  }

  public DataArguments withSupervised(Supervised tokens) {
    return new DataArguments(cutoffLen, onTooLong, onBadRow, template, tokens, valSize);
  }

  public DataArguments withValSize(double size) {
    return new DataArguments(cutoffLen, onTooLong, onBadRow, template, supervised, size);
  }
}
