package org.cofitune.quickstart;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;

/** Doing with an unknown word as told. */
record Instructions() implements Ability {
  private static final List<String> TIMES = List.of("twice", "three times");
  private static final int KINDS = 4;

  @Override
  public String word() {
    return "instructions";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.INSTRUCT;
  }

  @Override
  public Asking asking() {
    return Asking.WRITTEN;
  }

  @Override
  public Item draw(RandomGenerator random) {
    String word = Names.word(2, random);
    return switch (random.nextInt(KINDS)) {
      case 0 -> Item.asked("Shout " + word + ".", word.toUpperCase(Locale.ROOT));
      case 1 -> Item.asked("Spell " + word + ".", String.join("-", word.split("")));
      case 2 -> Item.asked("Quote " + word + ".", "\"" + word + "\"");
      default -> {
        int times = random.nextInt(TIMES.size());
        yield Item.asked(
            "Say %s %s.".formatted(word, TIMES.get(times)),
            String.join(" ", Collections.nCopies(times + 2, word)));
      }
    };
  }
}
