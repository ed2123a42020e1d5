package org.cofitune.evaluate.score;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model can do, in numbers (METHOD.md section 6).
 *
 * @param format version of this layout
 * @param model the model's name, for people
 * @param modelFingerprint which weights were evaluated
 * @param specialityWeight weight of speciality in {@code uni}; that of versatility is the rest
 * @param tasks every task
 * @param groups every group that has tasks
 * @param speciality S, the mean over the speciality tasks; null where there are none
 * @param versatility V, the mean over groups of the mean over their tasks; null where there are
 *     none
 * @param uni weighted mean of S and V; null where one of them is
 * @param gauges what changed from the base on texts without a task; none for most
 */
public record Scorecard(
    int format,
    String model,
    String modelFingerprint,
    double specialityWeight,
    List<TaskScore> tasks,
    List<GroupScore> groups,
    @Nullable Measure speciality,
    @Nullable Measure versatility,
    @Nullable Measure uni,
    List<Gauge> gauges) {
  /** The layout that is written. */
  public static final int FORMAT = 1;

  /** Weight of speciality unless the recipe says otherwise. */
  public static final double EVEN = 0.5;

  public Scorecard {
    tasks = List.copyOf(tasks);
    groups = List.copyOf(groups);
    gauges = List.copyOf(gauges);
  }

  /**
   * Scores a model's results.
   *
   * @param specialityWeight 0..1, {@link #EVEN} by default
   */
  public static Scorecard of(
      String model, String modelFingerprint, List<TaskResult> results, double specialityWeight) {
    List<TaskScore> tasks = results.stream().map(TaskScorer::score).toList();
    Totals totals = Totals.of(tasks, specialityWeight);
    return new Scorecard(
        FORMAT,
        model,
        modelFingerprint,
        specialityWeight,
        tasks,
        totals.groupScores(),
        Totals.measure(totals.speciality()),
        Totals.measure(totals.versatility()),
        Totals.measure(totals.uni()),
        List.of());
  }

  /** The same card with gauges. */
  public Scorecard with(List<Gauge> measured) {
    return new Scorecard(
        format,
        model,
        modelFingerprint,
        specialityWeight,
        tasks,
        groups,
        speciality,
        versatility,
        uni,
        measured);
  }
}
