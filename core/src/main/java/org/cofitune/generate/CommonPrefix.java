package org.cofitune.generate;

import java.util.Arrays;
import java.util.List;

/** The tokens that prompts begin with alike. */
final class CommonPrefix {
  /** Fewer shared tokens are not worth a pass of their own. */
  private static final int WORTHWHILE = 16;

  private CommonPrefix() {}

  /** The beginning that all prompts share and go beyond; empty if it is not worth the trouble. */
  static int[] of(List<int[]> prompts) {
    int[] first = prompts.get(0);
    int length = first.length - 1;
    for (int[] prompt : prompts) {
      length = Math.min(length, shared(first, prompt));
    }
    return prompts.size() < 2 || length < WORTHWHILE ? new int[0] : Arrays.copyOf(first, length);
  }

  /** How many tokens of {@code known} a prompt begins with and goes beyond. */
  static int shared(int[] known, int[] prompt) {
    int mismatch = Arrays.mismatch(known, prompt);
    int alike = mismatch < 0 ? known.length : mismatch;
    return Math.min(alike, prompt.length - 1);
  }
}
