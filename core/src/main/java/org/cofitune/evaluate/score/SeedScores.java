package org.cofitune.evaluate.score;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.cofitune.evaluate.statistics.SeedSpread;
import org.jspecify.annotations.Nullable;

/** Scores of one recipe trained under several seeds. */
public final class SeedScores {
  private SeedScores() {}

  /**
   * The spread over score cards of the same tasks, one for each seed, two at least: by task name,
   * then {@code speciality}, {@code versatility} and {@code uni} where all cards have them.
   */
  public static Map<String, SeedSpread> of(List<Scorecard> cards) {
    Map<String, SeedSpread> spreads = new LinkedHashMap<>();
    for (TaskScore task : cards.get(0).tasks()) {
      add(spreads, task.task(), cards, card -> score(card, task.task()));
    }
    add(spreads, "speciality", cards, card -> score(card.speciality()));
    add(spreads, "versatility", cards, card -> score(card.versatility()));
    add(spreads, "uni", cards, card -> score(card.uni()));
    return spreads;
  }

  private static void add(
      Map<String, SeedSpread> spreads,
      String name,
      List<Scorecard> cards,
      Function<Scorecard, @Nullable Double> score) {
    double[] scores =
        cards.stream()
            .map(score)
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .toArray();
    if (scores.length == cards.size()) {
      spreads.put(name, SeedSpread.of(scores));
    }
  }

  private static @Nullable Double score(Scorecard card, String task) {
    return card.tasks().stream()
        .filter(other -> other.task().equals(task))
        .map(other -> other.primary().score())
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Double score(@Nullable Measure measure) {
    return measure == null ? null : measure.score();
  }
}
