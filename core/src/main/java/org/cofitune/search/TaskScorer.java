package org.cofitune.search;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.evaluate.EvaluationSettings;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.model.LoadedModel;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Scores a model on tasks: S and V of its score card (METHOD.md section 6). */
public final class TaskScorer implements ModelScorer {
  private final List<Task> tasks;
  private final EvaluationSettings settings;
  private final boolean addsSpecialTokens;
  private final double specialityWeight;

  /**
   * A scorer.
   *
   * @param tasks of speciality and of versatility, at least one each
   * @param addsSpecialTokens whether the tokenizer's beginning tokens stand before a question
   * @param specialityWeight weight of S in uni, from 0 to 1; V has the rest
   * @throws CofituneException of kind RECIPE where one kind of task is missing
   */
  public TaskScorer(
      List<Task> tasks,
      EvaluationSettings settings,
      boolean addsSpecialTokens,
      double specialityWeight) {
    this.tasks = List.copyOf(tasks);
    this.settings = settings;
    this.addsSpecialTokens = addsSpecialTokens;
    this.specialityWeight = specialityWeight;
    require(tasks.stream().anyMatch(t -> t.spec().group() == TaskGroup.SPECIALITY), "speciality");
    require(
        tasks.stream().anyMatch(t -> t.spec().group().isVersatility()),
        "gen-kn, gen-rs or instruct");
  }

  private static void require(boolean there, String group) {
    if (!there) {
      throw CofituneException.of(ErrorKind.RECIPE, "a search weighs speciality and versatility")
          .at("search.tasks")
          .expected("a task of group " + group)
          .found("none")
          .next("add one, or set the group of a task")
          .build();
    }
  }

  @Override
  public TrialScore score(LoadedModel model) {
    try (Tokenizer tokenizer = Tokenizer.load(model.directory())) {
      EvaluatedModel evaluated =
          new EvaluatedModel("trial", "", model.decoder(), tokenizer, addsSpecialTokens);
      Scorecard card =
          Scorecard.of(
              evaluated.name(),
              evaluated.fingerprint(),
              new Evaluator(evaluated, settings, null)
                  .evaluate(tasks, EvaluationListener.NONE, () -> false)
                  .orElseThrow(),
              specialityWeight);
      return TrialScore.weighed(
          number(card.speciality()), number(card.versatility()), specialityWeight);
    }
  }

  private static double number(@Nullable Measure measure) {
    if (measure == null || !Double.isFinite(measure.score())) {
      throw CofituneException.of(ErrorKind.TRAINING, "a trial's model computes no score")
          .expected("a number")
          .found(measure == null ? "nothing" : measure.score())
          .next("lower learning_rate")
          .build();
    }
    return measure.score();
  }

  @Override
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    identity.put("scores", "tasks");
    for (Task task : tasks) {
      identity.put(
          "task " + task.spec().name(),
          task.fingerprint() + " " + task.spec().group() + " " + task.spec().primary().options());
    }
    identity.put("search.speciality_weight", String.valueOf(specialityWeight));
    identity.put("beginning tokens", String.valueOf(addsSpecialTokens));
    return identity;
  }
}
