package org.cofitune.evaluate.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * chrF and chrF++ (Popović 2015, 2017) with sacreBLEU's defaults: white space dropped, the mean of
 * the precisions and recalls of the orders that both texts have, then F. The task's value is the
 * corpus score, 0..100.
 *
 * @param charOrder longest n-gram of characters, 6 by default
 * @param wordOrder longest n-gram of words: 0 for chrF, 2 for chrF++
 * @param beta weight of recall against precision, 2 by default
 * @param lowercase whether case is ignored
 */
public record Chrf(int charOrder, int wordOrder, double beta, boolean lowercase)
    implements Metric<AnswerOutcome> {
  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

  /** chrF2 with n-grams of up to 6 characters, sacreBLEU's default. */
  public static Chrf standard() {
    return new Chrf(6, 0, 2, false);
  }

  public Chrf {
    if (charOrder < 1 || charOrder > 20 || wordOrder < 0 || wordOrder > 20 || !(beta > 0)) {
      throw new IllegalArgumentException(
          "orders " + charOrder + " and " + wordOrder + ", beta " + beta);
    }
  }

  @Override
  public String name() {
    return "chrf";
  }

  @Override
  public Class<AnswerOutcome> outcomeType() {
    return AnswerOutcome.class;
  }

  @Override
  public Scale scale() {
    return Scale.PERCENT;
  }

  @Override
  public String aggregation() {
    return "chrf";
  }

  /**
   * For each order, n-grams of the answer, of the reference, and in common; of several references
   * the one with the best score.
   */
  @Override
  public double[] statistics(AnswerOutcome outcome) {
    double[] best = new double[0];
    double bestScore = -1;
    for (String reference : outcome.references()) {
      double[] statistics = statistics(outcome.answer(), reference);
      double score = value(statistics);
      if (score > bestScore) {
        best = statistics;
        bestScore = score;
      }
    }
    return best;
  }

  @Override
  public double value(double[] sums) {
    double precision = 0;
    double recall = 0;
    int orders = 0;
    for (int i = 0; i < sums.length; i += 3) {
      if (sums[i] > 0 && sums[i + 1] > 0) {
        precision += sums[i + 2] / sums[i];
        recall += sums[i + 2] / sums[i + 1];
        orders++;
      }
    }
    if (precision == 0 && recall == 0) {
      return 0;
    }
    precision /= orders;
    recall /= orders;
    double weight = beta * beta;
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
  }

  private double[] statistics(String answer, String reference) {
    double[] statistics = new double[3 * (charOrder + wordOrder)];
    fill(statistics, 0, charOrder, characters(answer), characters(reference));
    fill(statistics, charOrder, wordOrder, words(answer), words(reference));
    return statistics;
  }

  private static void fill(
      double[] statistics, int first, int orders, List<String> answer, List<String> reference) {
    for (int n = 1; n <= orders; n++) {
      int at = 3 * (first + n - 1);
      int wanted = Ngrams.total(reference.size(), n);
      Map<List<String>, Integer> counts = Ngrams.count(answer, n);
      // Without a reference n-gram of this order, the answer's do not count against it.
      statistics[at] = wanted == 0 ? 0 : Ngrams.total(answer.size(), n);
      statistics[at + 1] = wanted;
      statistics[at + 2] = Ngrams.common(counts, Ngrams.count(reference, n));
    }
  }

  private List<String> characters(String text) {
    return BleuTokenizer.CHAR.tokens(cased(text));
  }

  /** Words with one punctuation mark split off, at the end or else at the beginning. */
  private List<String> words(String text) {
    if (wordOrder == 0) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    for (String word : WhiteSpace.split(cased(text))) {
      int last = word.length() - 1;
      if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
        words.add(word.substring(0, last));
        words.add(word.substring(last));
      } else if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
        words.add(word.substring(0, 1));
        words.add(word.substring(1));
      } else {
        words.add(word);
      }
    }
    return words;
  }

  private String cased(String text) {
    return lowercase ? text.toLowerCase(Locale.ROOT) : text;
  }
}
