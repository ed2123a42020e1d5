package org.cofitune.evaluate.metric;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Distinct-n: different n-grams of words divided by all of them; low where a model repeats itself.
 * Chinese and Japanese count by characters. A text too short for an n-gram counts as 1.
 */
public final class Distinct {
  private Distinct() {}

  /**
   * {@code distinct_1}, {@code distinct_2}: within each answer, averaged over the answers (the
   * intra-distinct of Gu et al. 2019), so that items can be resampled.
   */
  public static Metric<AnswerOutcome> metric(int n) {
    return new MeanMetric<>(
        "distinct_" + n, AnswerOutcome.class, outcome -> ofCorpus(List.of(outcome.answer()), n));
  }

  /** Over all answers together, the definition of Li et al. 2016; no n-gram spans two answers. */
  public static double ofCorpus(Collection<String> answers, int n) {
    Set<List<String>> different = new HashSet<>();
    long all = 0;
    for (String answer : answers) {
      List<String> words = Words.of(answer);
      different.addAll(Ngrams.count(words, n).keySet());
      all += Ngrams.total(words.size(), n);
    }
    return all == 0 ? 1 : (double) different.size() / all;
  }
}
