package org.cofitune.evaluate.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts of n-grams. */
final class Ngrams {
  private Ngrams() {}

  /** How often each run of {@code n} neighbours occurs. */
  static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** How many n-grams there are, repetitions included. */
  static int total(int tokens, int n) {
    return Math.max(0, tokens - n + 1);
  }

  /** How many n-grams of {@code a} find a partner in {@code b}, each used once. */
  static int common(Map<List<String>, Integer> a, Map<List<String>, Integer> b) {
    int common = 0;
    for (Map.Entry<List<String>, Integer> entry : a.entrySet()) {
      common += Math.min(entry.getValue(), b.getOrDefault(entry.getKey(), 0));
    }
    return common;
  }
}
