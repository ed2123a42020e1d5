package org.cofitune.evaluate.metric;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * {@code exact_match}: how often the answer equals a reference after both were normalised, in this
 * order: {@code regexesToIgnore} removed, lower-cased, ASCII punctuation removed, digits removed
 * (the parameters of Hugging Face evaluate's {@code exact_match}, which lm-evaluation-harness
 * uses). Nothing is normalised unless asked for.
 *
 * @param regexesToIgnore whatever these match is removed first
 * @param ignoreCase compare lower-cased
 * @param ignorePunctuation remove {@code !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~}
 * @param ignoreNumbers remove the digits 0 to 9
 */
public record ExactMatch(
    List<BoundedRegex> regexesToIgnore,
    boolean ignoreCase,
    boolean ignorePunctuation,
    boolean ignoreNumbers) {

  public ExactMatch {
    regexesToIgnore = List.copyOf(regexesToIgnore);
  }

  /** The metric with this normalisation. */
  public Metric<AnswerOutcome> metric() {
    return new MeanMetric<>(
        "exact_match",
        AnswerOutcome.class,
        outcome -> {
          String answer = normal(outcome.answer());
          return outcome.references().stream().anyMatch(r -> normal(r).equals(answer)) ? 1 : 0;
        });
  }

  /** The text as it is compared. */
  String normal(String text) {
    String result = text;
    for (BoundedRegex regex : regexesToIgnore) {
      result = regex.remove(result);
    }
    if (ignoreCase) {
      result = result.toLowerCase(Locale.ROOT);
    }
    return result
        .codePoints()
        .filter(c -> !(ignorePunctuation && isAsciiPunctuation(c)))
        .filter(c -> !(ignoreNumbers && c >= '0' && c <= '9'))
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  static boolean isAsciiPunctuation(int c) {
    return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
  }
}
