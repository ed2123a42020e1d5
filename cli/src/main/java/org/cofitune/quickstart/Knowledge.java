package org.cofitune.quickstart;

import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.quickstart.World.Town;

/**
 * Facts of the invented world. Each can be asked for in several ways; those of one fact may belong
 * to different parts, so a test asks for known facts in words that they were not learned in.
 */
record Knowledge(World world) implements Ability {
  private record Fact(Function<Town, String> answer, List<String> questions) {}

  private static final List<Fact> FACTS =
      List.of(
          new Fact(
              Town::ruler,
              List.of("Who rules %s?", "Name the ruler of %s.", "The ruler of %s is who?")),
          new Fact(
              Town::river,
              List.of("Which river is at %s?", "Name the river of %s.", "%s lies on which river?")),
          new Fact(
              Town::craft,
              List.of("What does %s make?", "Name the craft of %s.", "%s is known for what?")),
          new Fact(
              Town::colour,
              List.of(
                  "What colour is the flag of %s?",
                  "Name the flag colour of %s.", "The flag of %s has which colour?")));

  @Override
  public String word() {
    return "knowledge";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.GEN_KN;
  }

  @Override
  public Asking asking() {
    return Asking.WRITTEN;
  }

  @Override
  public Item draw(RandomGenerator random) {
    Town town = world.town(random);
    Fact fact = World.any(FACTS, random);
    String question = World.any(fact.questions(), random).formatted(town.name());
    return Item.asked(question, fact.answer().apply(town));
  }
}
