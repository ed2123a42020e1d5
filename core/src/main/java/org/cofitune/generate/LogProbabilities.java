package org.cofitune.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Log-probabilities from logits. */
final class LogProbabilities {
  private static final Comparator<TokenLogprob> LEAST_LIKELY_FIRST =
      Comparator.comparingDouble(TokenLogprob::logprob)
          .thenComparing(TokenLogprob::id, Comparator.reverseOrder());

  private LogProbabilities() {}

  /** The chosen token with its log-probability and those of the most likely tokens. */
  static GeneratedToken of(float[] logits, int from, int vocabulary, int chosen, int top) {
    double normaliser = logSumExp(logits, from, vocabulary);
    return new GeneratedToken(
        chosen,
        logits[from + chosen] - normaliser,
        mostLikely(logits, from, vocabulary, normaliser, top));
  }

  private static double logSumExp(float[] logits, int from, int vocabulary) {
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + vocabulary; i++) {
      highest = Math.max(highest, logits[i]);
    }
    double sum = 0;
    for (int i = from; i < from + vocabulary; i++) {
      sum += Math.exp(logits[i] - (double) highest);
    }
    return highest + Math.log(sum);
  }

  private static List<TokenLogprob> mostLikely(
      float[] logits, int from, int vocabulary, double normaliser, int count) {
    PriorityQueue<TokenLogprob> best = new PriorityQueue<>(count + 1, LEAST_LIKELY_FIRST);
    double threshold = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < vocabulary && count > 0; id++) {
      double logprob = logits[from + id] - normaliser;
      if (best.size() < count || logprob > threshold) {
        best.add(new TokenLogprob(id, logprob));
        if (best.size() > count) {
          best.remove();
        }
        threshold = best.element().logprob();
      }
    }
    List<TokenLogprob> sorted = new ArrayList<>(best);
    sorted.sort(LEAST_LIKELY_FIRST.reversed());
    return sorted;
  }
}
