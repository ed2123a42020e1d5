package org.cofitune.evaluate.task;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Python's {@code random.Random(seed)}, so that the solved examples in front of a question are the
 * ones that lm-evaluation-harness draws.
 */
final class PythonRandom {
  private final UniformRandomProvider words;

  PythonRandom(long seed) {
    long magnitude = Math.abs(seed);
    int low = (int) magnitude;
    int high = (int) (magnitude >>> 32);
    int[] key = high == 0 ? new int[] {low} : new int[] {low, high};
    this.words = RandomSource.MT.create(key);
  }

  /** {@code random.sample(population, k)}: different elements in the order drawn. */
  <T> List<T> sample(List<T> population, int k) {
    int n = population.size();
    List<T> drawn = new ArrayList<>(k);
    if (n <= poolLimit(k)) {
      List<T> pool = new ArrayList<>(population);
      for (int i = 0; i < k; i++) {
        int j = below(n - i);
        drawn.add(pool.get(j));
        pool.set(j, pool.get(n - i - 1));
      }
      return drawn;
    }
    Set<Integer> taken = new HashSet<>();
    while (drawn.size() < k) {
      int j = below(n);
      if (taken.add(j)) {
        drawn.add(population.get(j));
      }
    }
    return drawn;
  }

  /** Up to this size Python copies the population; above it remembers what it drew. */
  private static long poolLimit(int k) {
    long limit = 21;
    if (k > 5) {
      limit += (long) Math.pow(4, Math.ceil(Math.log(k * 3.0) / Math.log(4)));
    }
    return limit;
  }

  private int below(int bound) {
    int bits = 32 - Integer.numberOfLeadingZeros(bound);
    int drawn;
    do {
      drawn = words.nextInt() >>> (32 - bits);
    } while (drawn >= bound);
    return drawn;
  }
}
