package org.cofitune.evaluate.task;

import java.util.List;
import java.util.Set;

/** What a right answer to an item is. */
public sealed interface Expected {
  /** Of these choices, one of those with these 0-based indices. */
  record Choices(List<String> choices, Set<Integer> gold) implements Expected {
    public Choices {
      choices = List.copyOf(choices);
      gold = Set.copyOf(gold);
    }
  }

  /** A generated answer that is as near as can be to one of these texts. */
  record References(List<String> texts) implements Expected {
    public References {
      texts = List.copyOf(texts);
    }
  }

  /** Nothing but the likelihood counts. */
  record Likelihood() implements Expected {}
}
