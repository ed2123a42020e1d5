package org.cofitune.quickstart;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;

/** Something that a model can do, or is to learn, with more items than anyone needs. */
interface Ability {
  /** Draws in vain after which an ability has no more items. */
  int PATIENCE = 10_000;

  /** The name of its task and its files. */
  String word();

  TaskGroup group();

  Asking asking();

  /** Any item, of any part. */
  Item draw(RandomGenerator random);

  /** So many items of a part, each of them once, or all there are. */
  default List<Item> distinct(Part part, int count, RandomGenerator random) {
    List<Item> items = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int inVain = 0;
    while (items.size() < count && inVain < PATIENCE) {
      Item item = draw(random);
      if (item.part() == part && seen.add(item.text())) {
        items.add(item);
        inVain = 0;
      } else {
        inVain++;
      }
    }
    return items;
  }

  /** So many items of a part; where there are few of them, they come again. */
  default List<Item> repeated(Part part, int count, RandomGenerator random) {
    List<Item> items = new ArrayList<>();
    while (items.size() < count) {
      Item item = draw(random);
      if (item.part() == part) {
        items.add(item);
      }
    }
    return items;
  }
}
