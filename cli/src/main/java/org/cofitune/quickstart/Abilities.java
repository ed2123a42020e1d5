package org.cofitune.quickstart;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the bundled model can do, and what it is to learn. */
final class Abilities {
  private static final World WORLD = World.known();

  /** What it can do. */
  static final List<Ability> OLD =
      List.of(
          new Knowledge(WORLD),
          new Grammar(),
          new Stories(WORLD),
          new Addition(),
          Ordering.REVERSAL,
          Ordering.SORTING,
          new Instructions());

  /** What it is to learn. */
  static final Ability NEW = new CustomsCodes(WORLD);

  private static final Pattern WORD = Pattern.compile("\\p{L}+");
  private static final int ITEMS = 2_000;
  private static final int OFTEN = ITEMS / 100;

  private Abilities() {}

  /** The new one, then the old ones. */
  static List<Ability> all() {
    List<Ability> all = new ArrayList<>(OLD);
    all.add(0, NEW);
    return all;
  }

  /** The words that come up often in what it can do, in a fixed order. */
  static Set<String> words() {
    Set<String> words = new TreeSet<>();
    for (Ability ability : OLD) {
      Map<String, Integer> counts = new HashMap<>();
      for (Item item : ability.repeated(Part.TRAIN, ITEMS, new Random(0))) {
        item.row().forEach(text -> count(text.asText(), counts));
      }
      counts.forEach(
          (word, count) -> {
            if (count >= OFTEN && word.length() > 1) {
              words.add(word);
            }
          });
    }
    return words;
  }

  private static void count(String text, Map<String, Integer> counts) {
    WORD.matcher(text).results().forEach(word -> counts.merge(word.group(), 1, Integer::sum));
  }
}
