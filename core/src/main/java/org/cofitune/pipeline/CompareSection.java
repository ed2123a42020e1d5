package org.cofitune.pipeline;

import java.util.HashSet;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Methods that are trained beside each other on the same rows; see docs/compare.md.
 *
 * @param methods a list of objects with a name, the keys that it sets over the recipe (as in {@code
 *     region}), its own {@code learning_rates} if it has some, and {@code post} with {@code alphas}
 *     (Wise-FT) or {@code fapm_keep} (pruning), of which the development set chooses
 * @param learningRates tried with every method that has none of its own; none for the recipe's
 *     alone
 * @param seeds of the trainings; none for the recipe's alone, by which rows are held out in any
 *     case
 * @param learningRateSeeds whose development scores choose the learning rate
 * @param keepDeltas whether what every training changed is kept in {@code compare/deltas}
 */
public record CompareSection(
    List<ComparedMethod> methods,
    List<Double> learningRates,
    List<Long> seeds,
    RateSeeds learningRateSeeds,
    boolean keepDeltas) {
  public CompareSection {
    methods = List.copyOf(methods);
    learningRates = List.copyOf(learningRates);
    seeds = List.copyOf(seeds);
    List<String> names = methods.stream().map(ComparedMethod::name).toList();
    require(new HashSet<>(names).size() == names.size(), "methods", "each name once", names);
    require(new HashSet<>(seeds).size() == seeds.size(), "seeds", "each seed once", seeds);
    require(
        learningRates.stream().allMatch(rate -> rate > 0),
        "learning_rates",
        "above 0",
        learningRates);
  }

  private static void require(boolean holds, String key, String expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible comparison")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }

  static CompareSection defaults() {
    return new CompareSection(List.of(), List.of(), List.of(), RateSeeds.FIRST, false);
  }
}
