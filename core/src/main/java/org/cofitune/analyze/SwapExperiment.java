package org.cofitune.analyze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.cofitune.search.HeldOutScorer;
import org.cofitune.search.TrialScore;
import org.cofitune.train.CacheStorage;
import org.cofitune.train.FrozenPrefix;
import org.cofitune.train.SharedPrefixes;

/**
 * Puts parts of one model into the other, and scores what comes out. A model between the two is
 * known by which of the changed tensors have their tuned values, so each is scored once, however
 * many swaps lead to it; layers that no training touched run once for all of them.
 */
public final class SwapExperiment {
  private final ModelPair pair;
  private final HeldOutScorer scorer;
  private final List<Planned> planned = new ArrayList<>();

  /** A swap, and the changed tensors that have their tuned values after it. */
  private record Planned(ModelPart part, Swap.Into into, int tensors, Set<String> tuned) {}

  /**
   * What was found.
   *
   * @param ends both models as they are
   * @param swaps every part into the tuned model, then every part into the base
   */
  public record Result(EndScores ends, List<Swap> swaps) {
    public Result {
      swaps = List.copyOf(swaps);
    }
  }

  public SwapExperiment(ModelPair pair, HeldOutScorer scorer) {
    this.pair = pair;
    this.scorer = scorer;
    List<ModelPart> parts = ModelPart.of(pair.config());
    for (Swap.Into into : List.of(Swap.Into.TUNED, Swap.Into.BASE)) {
      for (ModelPart part : parts) {
        Set<String> swapped = part.among(pair.changed());
        Set<String> tuned = new LinkedHashSet<>();
        if (into == Swap.Into.BASE) {
          tuned.addAll(swapped);
        } else {
          tuned.addAll(pair.changed());
          tuned.removeAll(swapped);
        }
        planned.add(new Planned(part, into, swapped.size(), tuned));
      }
    }
  }

  /** How many models are scored, base and tuned among them. */
  public int models() {
    return tunedSets().size();
  }

  /** Which changed tensors are tuned in each model that is scored: none, all, and those between. */
  private Set<Set<String>> tunedSets() {
    Set<Set<String>> sets = new LinkedHashSet<>();
    sets.add(Set.of());
    sets.add(pair.changed());
    planned.forEach(swap -> sets.add(swap.tuned()));
    return sets;
  }

  /**
   * Scores every model.
   *
   * @param progress told 1 after each
   * @param interrupted asked before each
   * @return empty if interrupted
   */
  public Optional<Result> run(IntConsumer progress, BooleanSupplier interrupted) {
    Map<Set<String>, TrialScore> scores = new HashMap<>();
    try (SharedPrefixes prefixes = new SharedPrefixes(pair.base(), CacheStorage.defaults())) {
      FrozenPrefix below = prefixes.below(pair.lowestLayer());
      for (Set<String> tuned : tunedSets()) {
        if (interrupted.getAsBoolean()) {
          return Optional.empty();
        }
        scores.put(
            tuned,
            pair.between(tuned, decoder -> scorer.score(decoder, pair.lowestLayer(), below)));
        progress.accept(1);
      }
    }
    return Optional.of(result(scores));
  }

  private Result result(Map<Set<String>, TrialScore> scores) {
    EndScores ends = new EndScores(known(Set.of(), scores), known(pair.changed(), scores));
    List<Swap> swaps = new ArrayList<>();
    for (Planned swap : planned) {
      swaps.add(
          Swap.of(swap.part(), swap.into(), swap.tensors(), known(swap.tuned(), scores), ends));
    }
    return new Result(ends, swaps);
  }

  private static TrialScore known(Set<String> tuned, Map<Set<String>, TrialScore> scores) {
    return Objects.requireNonNull(scores.get(tuned));
  }
}
