package org.cofitune.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.model.PartOfDelta;
import org.jspecify.annotations.Nullable;

/**
 * What a method is worth on the test tasks, one row of a comparison. Intervals are 95 %: over seeds
 * where there are several, over items where there is one.
 *
 * @param method its name; {@code base} is the model before any training
 * @param learningRate the one that the development set chose; null for the base
 * @param parts what of the change was taken, by seed in order
 * @param seeds how many
 * @param speciality S
 * @param versatility V
 * @param uni the two weighed together
 * @param retention V / V_base; null where the base has none
 * @param gain (S - S_base) / (S_full - S_base); null without a method named full, or where that
 *     gains nothing
 * @param divergence forward KL(base || tuned) per token of the held-out rows of the new domain;
 *     null without such rows
 * @param trainedPercent numbers trained, in per cent of the model's
 * @param seconds of one training, the mean over seeds
 * @param memoryBytes the most memory of a training; 0 where the system does not tell
 * @param pareto whether no other row has at least as much S and V, and more of one
 * @param againstFull per seed the difference to the full fine-tune, item by item; none without one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ComparedRow(
    String method,
    @Nullable Double learningRate,
    List<PartOfDelta> parts,
    int seeds,
    Measure speciality,
    Measure versatility,
    Measure uni,
    @Nullable Measure retention,
    @Nullable Measure gain,
    @Nullable Measure divergence,
    double trainedPercent,
    double seconds,
    long memoryBytes,
    boolean pareto,
    List<Comparison> againstFull) {
  public ComparedRow {
    parts = List.copyOf(parts);
    againstFull = List.copyOf(againstFull);
  }

  ComparedRow onFront(boolean on) {
    return new ComparedRow(
        method,
        learningRate,
        parts,
        seeds,
        speciality,
        versatility,
        uni,
        retention,
        gain,
        divergence,
        trainedPercent,
        seconds,
        memoryBytes,
        on,
        againstFull);
  }
}
