package org.cofitune.quickstart;

import java.util.List;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.quickstart.World.Town;

/** Short texts about the invented world, which tell its facts. */
record Stories(World world) implements Ability {
  private static final List<String> BEGINNINGS =
      List.of(
          "%2$s rules %1$s on the river %3$s.",
          "In %1$s, where %2$s rules, flows the river %3$s.",
          "The town of %1$s lies on the river %3$s, and %2$s rules it.");

  private static final List<String> MIDDLES =
      List.of(
          "Its people make %1$s, and its flag is %2$s.",
          "The flag is %2$s, and all make %1$s.", "They sell %1$s under a %2$s flag.");

  private static final List<String> ENDS =
      List.of(
          "One day %2$s saw that the %1$ss %3$s.",
          "At night %2$s dreams of %1$ss that %3$s.", "When %2$s calls, the %1$ss %3$s.");

  @Override
  public String word() {
    return "stories";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.GEN_KN;
  }

  @Override
  public Asking asking() {
    return Asking.LIKELY;
  }

  @Override
  public Item draw(RandomGenerator random) {
    Town town = world.town(random);
    return Item.told(
        String.join(
            " ",
            World.any(BEGINNINGS, random).formatted(town.name(), town.ruler(), town.river()),
            World.any(MIDDLES, random).formatted(town.craft(), town.colour()),
            World.any(ENDS, random)
                .formatted(
                    World.any(Grammar.NOUNS, random),
                    town.ruler(),
                    World.any(Grammar.VERBS, random))));
  }
}
