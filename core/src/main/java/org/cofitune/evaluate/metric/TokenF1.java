package org.cofitune.evaluate.metric;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code f1} of a generated answer: the F-measure of words in common, as in SQuAD (Rajpurkar et al.
 * 2016): lower-cased, punctuation and the articles a, an, the removed. Chinese and Japanese are
 * compared by characters, as in CMRC 2018. An item's score is that of its best reference.
 */
public final class TokenF1 {
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");

  private TokenF1() {}

  /** The metric. */
  public static Metric<AnswerOutcome> metric() {
    return new MeanMetric<>(
        "f1",
        AnswerOutcome.class,
        outcome ->
            outcome.references().stream()
                .mapToDouble(reference -> f1(outcome.answer(), reference))
                .max()
                .orElseThrow());
  }

  static double f1(String answer, String reference) {
    List<String> said = words(answer);
    List<String> wanted = words(reference);
    if (said.isEmpty() || wanted.isEmpty()) {
      return said.equals(wanted) ? 1 : 0;
    }
    int common = Ngrams.common(Ngrams.count(said, 1), Ngrams.count(wanted, 1));
    return Rouge.harmonic(common, said.size(), wanted.size());
  }

  private static List<String> words(String text) {
    String spaced =
        text.toLowerCase(Locale.ROOT)
            .codePoints()
            .filter(c -> !isPunctuation(c))
            .mapToObj(
                c ->
                    Words.standsAlone(c)
                        ? " " + Character.toString(c) + " "
                        : Character.toString(c))
            .collect(Collectors.joining());
    return WhiteSpace.split(spaced).stream().filter(word -> !ARTICLES.contains(word)).toList();
  }

  private static boolean isPunctuation(int c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> ExactMatch.isAsciiPunctuation(c);
    };
  }
}
