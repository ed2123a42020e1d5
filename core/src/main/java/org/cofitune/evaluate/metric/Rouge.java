package org.cofitune.evaluate.metric;

import java.util.List;
import java.util.function.ToDoubleBiFunction;

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004) as F-measure with equal weight of precision and recall,
 * without stemming: the numbers of Google's rouge_score package for ASCII text. Chinese and
 * Japanese are compared by characters. An item's score is that of its best reference, and the
 * task's the mean over items.
 */
public final class Rouge {
  private Rouge() {}

  /** {@code rouge1}, {@code rouge2}: n-grams of words in common. */
  public static Metric<AnswerOutcome> ofNgrams(int n) {
    return metric("rouge" + n, (answer, reference) -> ngrams(answer, reference, n));
  }

  /** {@code rougeL}: the longest common subsequence of words. */
  public static Metric<AnswerOutcome> ofSubsequence() {
    return metric("rougeL", Rouge::subsequence);
  }

  private static Metric<AnswerOutcome> metric(
      String name, ToDoubleBiFunction<List<String>, List<String>> measure) {
    return new MeanMetric<>(
        name,
        AnswerOutcome.class,
        outcome -> {
          List<String> answer = Words.of(outcome.answer());
          return outcome.references().stream()
              .mapToDouble(reference -> measure.applyAsDouble(answer, Words.of(reference)))
              .max()
              .orElseThrow();
        });
  }

  private static double ngrams(List<String> answer, List<String> reference, int n) {
    int common = Ngrams.common(Ngrams.count(answer, n), Ngrams.count(reference, n));
    return harmonic(common, Ngrams.total(answer.size(), n), Ngrams.total(reference.size(), n));
  }

  private static double subsequence(List<String> answer, List<String> reference) {
    return harmonic(longestCommon(answer, reference), answer.size(), reference.size());
  }

  /** F-measure of {@code common / answered} and {@code common / wanted}. */
  static double harmonic(int common, int answered, int wanted) {
    return common == 0 ? 0 : 2.0 * common / (answered + wanted);
  }

  static int longestCommon(List<String> a, List<String> b) {
    int[] above = new int[b.size() + 1];
    for (String word : a) {
      int[] row = new int[b.size() + 1];
      for (int j = 1; j <= b.size(); j++) {
        row[j] = word.equals(b.get(j - 1)) ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
      }
      above = row;
    }
    return above[b.size()];
  }
}
