package org.cofitune.quickstart;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;

/** Letters brought into another order. */
enum Ordering implements Ability {
  REVERSAL {
    @Override
    public Item draw(RandomGenerator random) {
      String letters = letters(random);
      return Item.asked(
          "Reverse " + letters + ".", new StringBuilder(letters).reverse().toString());
    }
  },
  SORTING {
    @Override
    public Item draw(RandomGenerator random) {
      String letters = letters(random);
      StringBuilder sorted = new StringBuilder();
      letters.chars().sorted().forEach(letter -> sorted.append((char) letter));
      return Item.asked("Sort " + letters + ".", sorted.toString());
    }
  };

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final int FEWEST = 3;
  private static final int MOST = 4;

  @Override
  public TaskGroup group() {
    return TaskGroup.GEN_RS;
  }

  @Override
  public Asking asking() {
    return Asking.WRITTEN;
  }

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String letters(RandomGenerator random) {
    StringBuilder letters = new StringBuilder();
    int count = random.nextInt(FEWEST, MOST + 1);
    for (int i = 0; i < count; i++) {
      letters.append(Names.letter(LETTERS, random));
    }
    return letters.toString();
  }
}
