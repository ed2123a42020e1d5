package org.cofitune.evaluate.metric;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code numeric_match}: how often the last number of the answer is the last number of a reference.
 * Numbers are compared by value: {@code 1,200.0} is {@code 1200} is {@code １２００}. A text with
 * "####" (GSM8K) counts from the last of these marks.
 *
 * @param tolerance how far apart two numbers may be and still match; 0 by default
 */
public record NumericMatch(BigDecimal tolerance) {
  private static final String SIGN = "(?:(?<![\\w)])[-\u2212])?";
  private static final String WHOLE = "(?:\\d{1,3}(?:,\\d{3})+|\\d{1,200})(?!\\d)";
  private static final String FRACTION = "\\.\\d{1,200}";
  private static final String EXPONENT = "(?:[eE][+-]?\\d{1,3}(?!\\d))?";
  private static final Pattern NUMBER =
      Pattern.compile(
          SIGN + "(?<![\\d.])(?:" + WHOLE + "(?:" + FRACTION + ")?|" + FRACTION + ")" + EXPONENT);

  public NumericMatch {
    if (tolerance.signum() < 0) {
      throw new IllegalArgumentException("tolerance " + tolerance);
    }
  }

  /** The metric. */
  public Metric<AnswerOutcome> metric() {
    return new MeanMetric<>(
        "numeric_match",
        AnswerOutcome.class,
        outcome -> {
          Optional<BigDecimal> answer = lastNumber(outcome.answer());
          return answer.isPresent()
                  && outcome.references().stream()
                      .flatMap(reference -> lastNumber(reference).stream())
                      .anyMatch(wanted -> near(answer.get(), wanted))
              ? 1
              : 0;
        });
  }

  /** The number that a text ends on, if it has one. */
  static Optional<BigDecimal> lastNumber(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFKC);
    int mark = plain.lastIndexOf("####");
    Matcher matcher = NUMBER.matcher(mark < 0 ? plain : plain.substring(mark));
    Optional<BigDecimal> last = Optional.empty();
    while (matcher.find()) {
      String digits = matcher.group().replace(",", "").replace('\u2212', '-');
      last = Optional.of(new BigDecimal(digits));
    }
    return last;
  }

  private boolean near(BigDecimal a, BigDecimal b) {
    return a.subtract(b).abs().compareTo(tolerance) <= 0;
  }
}
