package org.cofitune.quickstart;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.TaskScore;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.pipeline.RunDirectory;
import org.jspecify.annotations.Nullable;

/**
 * What a quickstart came to.
 *
 * @param base scores of the bundled model
 * @param full of the one that was trained whole
 * @param cofitune of the one that was trained with CoFiTune
 */
public record Outcome(Scorecard base, Scorecard full, Scorecard cofitune) {
  private static final double PERCENT = 100;

  /** Reads the scores of both runs. */
  public static Outcome read(QuickstartFolder folder) {
    RunDirectory cofitune = new RunDirectory(folder.run(Rival.COFITUNE));
    RunDirectory full = new RunDirectory(folder.run(Rival.FULL));
    return new Outcome(
        ScorecardJson.read(cofitune.baseScorecard()),
        ScorecardJson.read(full.scorecard()),
        ScorecardJson.read(cofitune.scorecard()));
  }

  /** Versatility after training as a share of versatility before. */
  public double retention(Scorecard tuned) {
    return versatility(tuned) / versatility(base);
  }

  /** S of a model, 0..100. */
  public static double speciality(Scorecard card) {
    return score(card.speciality());
  }

  /** V of a model, 0..100. */
  public static double versatility(Scorecard card) {
    return score(card.versatility());
  }

  private static double score(@Nullable Measure measure) {
    return Optional.ofNullable(measure)
        .orElseThrow(() -> new IllegalStateException("the quickstart's tasks make S and V"))
        .score();
  }

  /** Every ability before and after, what was learned above what was kept. */
  public String table() {
    TextTable table = new TextTable(1, "", "base", Rival.FULL.text(), Rival.COFITUNE.text());
    line(table, "learned: speciality S", Outcome::speciality);
    tasks(table, true);
    line(table, "kept: versatility V", Outcome::versatility);
    tasks(table, false);
    cells(table, "V / V of the base", card -> percent(retention(card)));
    line(table, "uni, the mean of S and V", card -> score(card.uni()));
    return table.toString();
  }

  private void tasks(TextTable table, boolean special) {
    for (TaskScore task : base.tasks()) {
      if ((task.group() == TaskGroup.SPECIALITY) == special) {
        line(table, "  " + task.task().replace('_', ' '), card -> task(card, task.task()));
      }
    }
  }

  private static double task(Scorecard card, String name) {
    return card.tasks().stream()
        .filter(task -> task.task().equals(name))
        .mapToDouble(task -> task.primary().score())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("not asked: " + name));
  }

  private void line(TextTable table, String name, ToDoubleFunction<Scorecard> score) {
    cells(table, name, card -> decimal(score.applyAsDouble(card)));
  }

  private void cells(TextTable table, String name, Function<Scorecard, String> cell) {
    table.row(name, cell.apply(base), cell.apply(full), cell.apply(cofitune));
  }

  /** What the table says, in words. */
  public String sentence() {
    return ("Full fine-tuning learned %s of 100 points of the new domain and kept %s of what the"
            + " model could do; CoFiTune learned %s and kept %s.")
        .formatted(
            decimal(speciality(full)),
            percent(retention(full)),
            decimal(speciality(cofitune)),
            percent(retention(cofitune)));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
  }
}
