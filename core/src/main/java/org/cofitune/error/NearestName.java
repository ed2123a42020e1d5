package org.cofitune.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the valid name that a mistyped one was probably meant to be. */
public final class NearestName {
  /** Nobody types more by a slip, and the edits of longer words take time and memory. */
  private static final int LONGEST_WORD = 200;

  private NearestName() {}

  /**
   * The name with the fewest edits from {@code word}, if those are few enough to be a slip: a third
   * of the letters, two at least. Upper case, and {@code -} for {@code _}, are no edits. Failing
   * that, the shortest name that begins with the word.
   */
  public static Optional<String> of(String word, Collection<String> names) {
    if (word.length() > LONGEST_WORD) {
      return Optional.empty();
    }
    String typed = normal(word);
    int allowed = Math.max(2, typed.length() / 3);
    Optional<String> slip =
        names.stream()
            .filter(name -> edits(typed, normal(name)) <= Math.min(allowed, name.length() - 1))
            .min(
                Comparator.<String>comparingInt(name -> edits(typed, normal(name)))
                    .thenComparing(Comparator.naturalOrder()));
    return slip.or(
        () ->
            names.stream()
                .filter(name -> typed.length() >= 3 && normal(name).startsWith(typed))
                .min(Comparator.comparingInt(String::length)));
  }

  private static String normal(String text) {
    return text.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Insertions, deletions, substitutions, and swaps of neighbours (optimal string alignment). */
  private static int edits(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int edited = Math.min(distance[i - 1][j], distance[i][j - 1]) + 1;
        distance[i][j] = Math.min(edited, distance[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          distance[i][j] = Math.min(distance[i][j], distance[i - 2][j - 2] + 1);
        }
      }
    }
    return distance[a.length()][b.length()];
  }
}
