package org.cofitune.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * An invented country: towns with what there is to know about each.
 *
 * @param towns all of them
 */
record World(List<Town> towns) {
  /**
   * One town.
   *
   * @param name of the town
   * @param ruler who rules it
   * @param river what it lies on
   * @param craft what it makes
   * @param colour of its flag
   */
  record Town(String name, String ruler, String river, String craft, String colour) {}

  static final List<String> CRAFTS =
      List.of(
          "wool", "salt", "glass", "rope", "cheese", "paper", "honey", "nails", "lamps", "boots",
          "tea", "bells", "soap", "ink", "barrels", "silk");

  private static final List<String> COLOURS =
      List.of("red", "blue", "green", "white", "black", "yellow", "brown", "grey");

  private static final int TOWNS = 30;
  private static final long SEED = 2404;

  /** The one that the bundled model knows. */
  static World known() {
    Random random = new Random(SEED);
    List<String> names = Names.draw(TOWNS, "lmnr", random);
    List<String> rulers = Names.draw(TOWNS, "k", random);
    List<String> rivers = Names.draw(TOWNS, "s", random);
    List<Town> towns = new ArrayList<>();
    for (int i = 0; i < TOWNS; i++) {
      towns.add(
          new Town(
              names.get(i),
              rulers.get(i),
              rivers.get(i),
              any(CRAFTS, random),
              any(COLOURS, random)));
    }
    return new World(List.copyOf(towns));
  }

  Town town(RandomGenerator random) {
    return any(towns, random);
  }

  static <T> T any(List<T> things, RandomGenerator random) {
    return things.get(random.nextInt(things.size()));
  }
}
