package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.Metric;
import org.cofitune.evaluate.statistics.Bootstrap;
import org.cofitune.evaluate.statistics.PairedDifference;
import org.cofitune.evaluate.task.Task;
import org.jspecify.annotations.Nullable;

/**
 * What tuning changed (METHOD.md section 6): every interval comes from drawing the same items for
 * all models.
 *
 * @param base the base model's name
 * @param tuned the tuned model's name
 * @param full the name of the fully fine-tuned model; null without one
 * @param tasks every task, item by item
 * @param specialityChange S - S_base; null without speciality tasks
 * @param versatilityChange V - V_base; null without versatility tasks
 * @param retention V / V_base; null without versatility tasks, or where the base model has none
 * @param gain (S - S_base) / (S_full - S_base); null without a full fine-tune, or where that gains
 *     nothing
 */
public record Comparison(
    String base,
    String tuned,
    @Nullable String full,
    List<TaskDifference> tasks,
    @Nullable Measure specialityChange,
    @Nullable Measure versatilityChange,
    @Nullable Measure retention,
    @Nullable Measure gain) {
  public Comparison {
    tasks = List.copyOf(tasks);
  }

  /**
   * Compares score cards of the same tasks.
   *
   * @param full the score card of a full fine-tune, for {@link #gain}
   * @throws CofituneException ({@link ErrorKind#DATA}) naming the task that differs
   */
  public static Comparison of(Scorecard base, Scorecard tuned, @Nullable Scorecard full) {
    requireSameTasks(base, tuned);
    if (full != null) {
      requireSameTasks(base, full);
    }
    Map<String, TaskScore> before = new HashMap<>();
    base.tasks().forEach(task -> before.put(task.task(), task));
    List<TaskDifference> differences = new ArrayList<>();
    for (TaskScore task : tuned.tasks()) {
      TaskScore other = before.get(task.task());
      if (other != null) {
        differences.add(difference(other, task));
      }
    }
    Totals b = Totals.of(base.tasks(), base.specialityWeight());
    Totals t = Totals.of(tuned.tasks(), tuned.specialityWeight());
    Totals f = full == null ? null : Totals.of(full.tasks(), full.specialityWeight());
    return new Comparison(
        base.model(),
        tuned.model(),
        full == null ? null : full.model(),
        differences,
        change(b.speciality(), t.speciality()),
        change(b.versatility(), t.versatility()),
        retention(b.versatility(), t.versatility()),
        f == null ? null : gain(b.speciality(), t.speciality(), f.speciality()));
  }

  private static @Nullable Measure change(@Nullable Resampled base, @Nullable Resampled tuned) {
    return base == null || tuned == null ? null : tuned.with(base, (t, b) -> t - b).measure();
  }

  private static @Nullable Measure retention(@Nullable Resampled base, @Nullable Resampled tuned) {
    return base == null || tuned == null ? null : finite(tuned.with(base, (t, b) -> t / b));
  }

  private static @Nullable Measure gain(
      @Nullable Resampled base, @Nullable Resampled tuned, @Nullable Resampled full) {
    if (base == null || tuned == null || full == null) {
      return null;
    }
    Resampled gained = tuned.with(base, (t, b) -> t - b);
    return finite(gained.with(full.with(base, (f, b) -> f - b), (g, most) -> g / most));
  }

  /** A quotient by nothing says nothing; draws of it are left out as long as most are numbers. */
  private static @Nullable Measure finite(Resampled quotient) {
    double[] draws = Arrays.stream(quotient.draws()).filter(Double::isFinite).toArray();
    boolean most = draws.length > quotient.draws().length / 2;
    return Double.isFinite(quotient.score()) && most
        ? new Measure(quotient.score(), Bootstrap.interval(draws))
        : null;
  }

  private static TaskDifference difference(TaskScore base, TaskScore tuned) {
    double[][] first = base.statistics().items();
    double[][] second = tuned.statistics().items();
    Metric<?> metric = tuned.metric();
    ToDoubleFunction<double[]> score = sums -> metric.scale().score(metric.value(sums));
    return new TaskDifference(
        tuned.task(),
        tuned.group(),
        metric.name(),
        first.length,
        base.primary().score(),
        tuned.primary().score(),
        PairedDifference.of(first, second, score, TaskScore.seed(tuned.task())));
  }

  /**
   * Checks, before a model is asked, that its answers can be compared with a score card.
   *
   * @throws CofituneException ({@link ErrorKind#DATA}) naming the task that asks something else
   */
  public static void requireSameQuestions(Scorecard card, List<Task> tasks) {
    Map<String, TaskScore> known = new HashMap<>();
    card.tasks().forEach(task -> known.put(task.task(), task));
    for (Task task : tasks) {
      TaskScore score = known.get(task.spec().name());
      if (score == null || !score.fingerprint().equals(task.fingerprint().sha256())) {
        throw CofituneException.of(
                ErrorKind.DATA, "the score card of " + card.model() + " is of other questions")
            .at("task " + task.spec().name())
            .expected("the same task, rows and settings")
            .found(score == null ? "no such task in the card" : "other questions")
            .next("evaluate both models with the same task files and the same --limit")
            .build();
      }
    }
  }

  private static void requireSameTasks(Scorecard one, Scorecard other) {
    Map<String, TaskScore> tasks = new HashMap<>();
    one.tasks().forEach(task -> tasks.put(task.task(), task));
    for (TaskScore task : other.tasks()) {
      TaskScore same = tasks.remove(task.task());
      if (same == null) {
        throw differs(one, other, task, "not in the score card of " + one.model());
      }
      if (!same.fingerprint().equals(task.fingerprint())
          || !same.statistics().docIds().equals(task.statistics().docIds())) {
        throw differs(one, other, task, "other questions");
      }
      if (!same.primary().metric().equals(task.primary().metric())
          || !same.primary().options().equals(task.primary().options())
          || same.group() != task.group()) {
        throw differs(one, other, task, "another metric or group");
      }
    }
    tasks.values().stream()
        .findFirst()
        .ifPresent(
            task -> {
              throw differs(one, other, task, "not in the score card of " + other.model());
            });
  }

  private static CofituneException differs(
      Scorecard one, Scorecard other, TaskScore task, String found) {
    return CofituneException.of(
            ErrorKind.DATA, "score cards of " + one.model() + " and " + other.model() + " differ")
        .at("task " + task.task())
        .expected("the same tasks, rows and settings")
        .found(found)
        .next("evaluate both models with the same task files and the same --limit")
        .build();
  }
}
