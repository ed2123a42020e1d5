package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.train.TrainingArguments;

/**
 * What a search scores its trials on, and what it keeps.
 *
 * @param tasks task files that score the trials, best on other rows than {@code evaluate.tasks};
 *     without any, likelihoods of held-out rows do
 * @param limit the first so many rows of these tasks; 0 for all
 * @param versatilityData files or folders of rows of what the model could do before: where no tasks
 *     are named, versatility is how likely the model finds them; the forecast measures them too
 * @param versatilityRows how many of these rows are scored after every trial, drawn by seed; 0 for
 *     all
 * @param specialityWeight weight of speciality in uni, from 0 to 1; versatility has the rest
 * @param prefixCache whether trials share what the frozen layers below their regions make of each
 *     row. Scores with it and without agree to the precision of the number type
 * @param learningRate of the trials; 0 for the training's own. A trial is much shorter than a
 *     training, and a higher rate shows sooner what a region harms
 * @param saveSteps steps from one checkpoint of a trial in progress to the next; -1 for early looks
 *     and interruptions only. A killed search goes on from there
 */
public record SearchSection(
    List<Path> tasks,
    int limit,
    List<Path> versatilityData,
    int versatilityRows,
    double specialityWeight,
    boolean prefixCache,
    double learningRate,
    int saveSteps) {
  private static final int DEFAULT_VERSATILITY_ROWS = 256;
  private static final double DEFAULT_SPECIALITY_WEIGHT = 0.5;
  private static final int DEFAULT_SAVE_STEPS = 100;

  public SearchSection {
    tasks = List.copyOf(tasks);
    versatilityData = List.copyOf(versatilityData);
    require(limit >= 0, "limit", "1 or more, or 0 for all", limit);
    require(versatilityRows >= 0, "versatility_rows", "0 or more", versatilityRows);
    require(
        specialityWeight >= 0 && specialityWeight <= 1,
        "speciality_weight",
        "0 to 1",
        specialityWeight);
    require(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learning_rate",
        "above 0, or 0 for the training's",
        learningRate);
    require(
        saveSteps >= 1 || saveSteps == TrainingArguments.NEVER,
        "save_steps",
        "1 or more, or -1",
        saveSteps);
  }

  static SearchSection defaults() {
    return new SearchSection(
        List.of(),
        0,
        List.of(),
        DEFAULT_VERSATILITY_ROWS,
        DEFAULT_SPECIALITY_WEIGHT,
        true,
        0,
        DEFAULT_SAVE_STEPS);
  }

  private static void require(boolean holds, String key, String expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible search")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }
}
