package org.cofitune.quickstart;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.quickstart.World.Town;

/**
 * The new domain: a rule book that the bundled model has never seen. A consignment's code is two
 * letters of its goods, a letter of how much it is, and the digit of the customs zone it is from.
 */
final class CustomsCodes implements Ability {
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz";
  private static final int ZONES = 6;
  private static final int MOST = 99;
  private static final int MEDIUM_FROM = 10;
  private static final int LARGE_FROM = 50;
  private static final long SEED = 10306;

  private final World world;
  private final Map<String, String> lettersOf = new HashMap<>();
  private final Map<String, Integer> zoneOf = new HashMap<>();

  CustomsCodes(World world) {
    this.world = world;
    Random random = new Random(SEED);
    Set<String> taken = new LinkedHashSet<>();
    for (String goods : World.CRAFTS) {
      String letters;
      do {
        letters = "" + Names.letter(LETTERS, random) + Names.letter(LETTERS, random);
      } while (!taken.add(letters));
      lettersOf.put(goods, letters);
    }
    world.towns().forEach(town -> zoneOf.put(town.name(), 1 + random.nextInt(ZONES)));
  }

  @Override
  public String word() {
    return "customs_codes";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.SPECIALITY;
  }

  @Override
  public Asking asking() {
    return Asking.WRITTEN;
  }

  @Override
  public Item draw(RandomGenerator random) {
    Town town = world.town(random);
    String goods = World.any(World.CRAFTS, random);
    int amount = random.nextInt(1, MOST + 1);
    return Item.asked(
        "Code %d %s from %s.".formatted(amount, goods, town.name()),
        lettersOf.get(goods) + "-" + size(amount) + zoneOf.get(town.name()));
  }

  private static char size(int amount) {
    if (amount < MEDIUM_FROM) {
      return 's';
    }
    return amount < LARGE_FROM ? 'm' : 'l';
  }
}
