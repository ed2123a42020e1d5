package org.cofitune.quickstart;

import java.util.List;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;

/** A verb that agrees with its noun, over another noun between them that often does not. */
record Grammar() implements Ability {
  static final List<String> NOUNS =
      List.of(
          "dog", "cat", "bird", "horse", "goat", "frog", "bear", "duck", "owl", "crab", "hen",
          "bee", "cow", "lion", "snail", "mole");

  static final List<String> VERBS =
      List.of(
          "run", "sing", "sleep", "jump", "eat", "wait", "hide", "dance", "swim", "climb", "rest",
          "fall");

  private static final List<String> ADJECTIVES = List.of("old", "small", "red", "tired", "loud");
  private static final List<String> PREPOSITIONS = List.of("near", "behind", "above", "with");

  @Override
  public String word() {
    return "grammar";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.GEN_KN;
  }

  @Override
  public Asking asking() {
    return Asking.CHOSEN;
  }

  @Override
  public Item draw(RandomGenerator random) {
    boolean many = random.nextBoolean();
    String start =
        "The %s %s %s the %s"
            .formatted(
                World.any(ADJECTIVES, random),
                noun(many, random),
                World.any(PREPOSITIONS, random),
                noun(random.nextBoolean(), random));
    String verb = World.any(VERBS, random);
    String one = verb + "s.";
    String several = verb + ".";
    return Item.ended(start, many ? several : one, many ? one : several);
  }

  private static String noun(boolean many, RandomGenerator random) {
    return World.any(NOUNS, random) + (many ? "s" : "");
  }
}
