package org.cofitune.analyze;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cofitune.evaluate.score.ScorecardJson;

/**
 * Where in a model a training takes effect, {@code analysis.json}.
 *
 * @param format of the file
 * @param base folder of the base
 * @param tuned folder of the tuned model or of its delta
 * @param layers of either
 * @param changed names of the tensors that differ, in the order of the forward pass
 * @param scores of both models
 * @param readings what each layer does
 * @param drift how far each weight moved
 * @param swaps what parts of one model are worth in the other
 */
public record Analysis(
    int format,
    String base,
    String tuned,
    int layers,
    List<String> changed,
    EndScores scores,
    Readings readings,
    Drift drift,
    List<Swap> swaps) {
  /** What this version writes. */
  public static final int FORMAT = 1;

  /**
   * What each layer does, on rows of either kind.
   *
   * @param speciality of the new domain
   * @param versatility of what the model could do before
   */
  public record Readings(RowReadings speciality, RowReadings versatility) {}

  public Analysis {
    changed = List.copyOf(changed);
    swaps = List.copyOf(swaps);
  }

  /** Keys in snake case. */
  public JsonNode toJson() {
    return ScorecardJson.tree(this);
  }

  /**
   * Parts of the base that give back more of what the tuned model lost than they take of what it
   * gained, the best first; of several that come to the same model the first.
   */
  public List<Swap> bestReverted() {
    List<Swap> best = new ArrayList<>();
    swaps.stream()
        .filter(swap -> swap.into() == Swap.Into.TUNED && swap.kind() != ModelPart.Kind.MODEL)
        .filter(swap -> advantage(swap) > 0)
        .sorted(Comparator.comparingDouble(Analysis::advantage).reversed())
        .forEach(
            swap -> {
              if (best.stream().noneMatch(known -> sameScores(known, swap))) {
                best.add(swap);
              }
            });
    return best;
  }

  /** Share of the loss that is restored, less the share of the gain that it costs. */
  private static double advantage(Swap swap) {
    Double kept = swap.gainKept();
    Double restored = swap.lossRestored();
    return kept == null || restored == null ? 0 : restored - (1 - kept);
  }

  private static boolean sameScores(Swap one, Swap other) {
    return one.speciality() == other.speciality() && one.versatility() == other.versatility();
  }
}
