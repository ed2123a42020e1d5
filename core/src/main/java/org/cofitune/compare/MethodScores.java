package org.cofitune.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.evaluate.statistics.SeedSpread;
import org.cofitune.model.PartOfDelta;
import org.jspecify.annotations.Nullable;

/**
 * The test score cards of a method, and what they cost.
 *
 * @param method its name
 * @param learningRate the chosen one; null for the base
 * @param parts what of the change was taken, by seed in order
 * @param cards by seed in order, with a gauge of held-out rows first where there is one
 * @param trainedPercent numbers trained, in per cent of the model's
 * @param seconds of one training
 * @param memoryBytes the most memory of one; 0 where the system does not tell
 */
public record MethodScores(
    String method,
    @Nullable Double learningRate,
    List<PartOfDelta> parts,
    List<Scorecard> cards,
    double trainedPercent,
    double seconds,
    long memoryBytes) {
  public MethodScores {
    parts = List.copyOf(parts);
    cards = List.copyOf(cards);
  }

  /** S or V or uni of a card, which has tasks of both kinds. */
  private static Measure whole(@Nullable Measure measure) {
    return Objects.requireNonNull(measure, "tasks of speciality and versatility");
  }

  /**
   * The row of a table.
   *
   * @param base score card of the untrained model
   * @param full of the method named full; null without one
   */
  ComparedRow row(Scorecard base, @Nullable MethodScores full) {
    return new ComparedRow(
        method,
        learningRate,
        parts,
        cards.size(),
        overSeeds(card -> whole(card.speciality())),
        overSeeds(card -> whole(card.versatility())),
        overSeeds(card -> whole(card.uni())),
        retention(base),
        full == null ? null : gain(base, full),
        cards.get(0).gauges().isEmpty() ? null : overSeeds(card -> divergence(card.gauges())),
        trainedPercent,
        seconds,
        memoryBytes,
        false,
        full == null || full.method.equals(method) ? List.of() : against(full));
  }

  private static Measure divergence(List<Gauge> gauges) {
    return gauges.get(0).divergence();
  }

  private @Nullable Measure retention(Scorecard base) {
    if (cards.size() == 1) {
      return Comparison.of(base, cards.get(0), null).retention();
    }
    double before = whole(base.versatility()).score();
    return before == 0
        ? null
        : spread(
            cards.stream()
                .mapToDouble(card -> whole(card.versatility()).score() / before)
                .toArray());
  }

  /** One seed has the interval over items, several that over seeds. */
  private Measure overSeeds(Function<Scorecard, Measure> number) {
    if (cards.size() == 1) {
      return number.apply(cards.get(0));
    }
    return spread(cards.stream().mapToDouble(card -> number.apply(card).score()).toArray());
  }

  private static Measure spread(double[] values) {
    SeedSpread spread = SeedSpread.of(values);
    return new Measure(spread.mean(), spread.interval());
  }

  private double speciality() {
    return cards.stream()
        .mapToDouble(card -> whole(card.speciality()).score())
        .average()
        .orElseThrow();
  }

  private @Nullable Measure gain(Scorecard base, MethodScores full) {
    if (learningRate == null) {
      return new Measure(0, new Interval(0, 0)); // the base, where gain begins
    }
    if (cards.size() == 1) {
      return Comparison.of(base, cards.get(0), full.cards.get(0)).gain();
    }
    double least = whole(base.speciality()).score();
    double most = full.speciality();
    double[] gains =
        cards.stream()
            .mapToDouble(card -> gain(whole(card.speciality()).score(), least, most))
            .toArray();
    return most == least ? null : spread(gains);
  }

  /**
   * The part of a full fine-tune's gain (METHOD.md section 6).
   *
   * @param speciality S of the method
   * @param base S of the untrained model
   * @param full S of the full fine-tune
   * @return {@code (S - S_base) / (S_full - S_base)}
   */
  public static double gain(double speciality, double base, double full) {
    return (speciality - base) / (full - base);
  }

  private List<Comparison> against(MethodScores full) {
    List<Comparison> comparisons = new ArrayList<>();
    for (int seed = 0; seed < cards.size(); seed++) {
      comparisons.add(Comparison.of(full.cards.get(seed), cards.get(seed), null));
    }
    return comparisons;
  }
}
