package org.cofitune.data;

/**
 * Permutations that are the same on every JDK: Fisher-Yates from the last place down, driven by
 * SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) with bounded numbers by Lemire's multiply and
 * reject.
 */
public final class Permutation {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  private Permutation(long state) {
    this.state = state;
  }

  /** A permutation of 0 ... n-1; each stream of a seed is independent of its other streams. */
  public static int[] of(int n, long seed, long stream) {
    Permutation random = new Permutation(mix(mix(seed + GOLDEN_GAMMA) + stream));
    int[] permutation = new int[n];
    for (int i = 0; i < n; i++) {
      permutation[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = random.below(i + 1);
      int swapped = permutation[i];
      permutation[i] = permutation[j];
      permutation[j] = swapped;
    }
    return permutation;
  }

  private int below(int bound) {
    long product = upper32() * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long reject = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < reject) {
        product = upper32() * bound;
      }
    }
    return (int) (product >>> 32);
  }

  private long upper32() {
    state += GOLDEN_GAMMA;
    return mix(state) >>> 32;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
