package org.cofitune.quickstart;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Words that no language has, made of syllables. */
final class Names {
  private static final String CONSONANTS = "bdfgklmnprstvz";
  private static final String VOWELS = "aeiou";

  private Names() {}

  /** So many different names of two syllables and an ending. */
  static List<String> draw(int count, String endings, RandomGenerator random) {
    Set<String> names = new LinkedHashSet<>();
    while (names.size() < count) {
      String word = word(2, random) + letter(endings, random);
      names.add(word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
    }
    return new ArrayList<>(names);
  }

  /** A word of so many syllables. */
  static String word(int syllables, RandomGenerator random) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < syllables; i++) {
      word.append(letter(CONSONANTS, random)).append(letter(VOWELS, random));
    }
    return word.toString();
  }

  /** One of the letters. */
  static char letter(String letters, RandomGenerator random) {
    return letters.charAt(random.nextInt(letters.length()));
  }
}
