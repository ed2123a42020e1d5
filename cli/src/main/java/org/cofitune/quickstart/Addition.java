package org.cofitune.quickstart;

import java.util.random.RandomGenerator;
import org.cofitune.evaluate.task.TaskGroup;

/** Sums of two numbers of at most two digits. */
record Addition() implements Ability {
  private static final int BOUND = 100;

  @Override
  public String word() {
    return "addition";
  }

  @Override
  public TaskGroup group() {
    return TaskGroup.GEN_RS;
  }

  @Override
  public Asking asking() {
    return Asking.WRITTEN;
  }

  @Override
  public Item draw(RandomGenerator random) {
    int a = random.nextInt(BOUND);
    int b = random.nextInt(BOUND);
    return Item.asked("%d+%d".formatted(a, b), Integer.toString(a + b));
  }
}
