package org.cofitune.quickstart;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.TaskScore;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.train.TrainingArguments;
import org.jspecify.annotations.Nullable;

/**
 * What a quickstart came to.
 *
 * @param base scores of the bundled model
 * @param tuned of each training
 * @param rates learning rate of each, as it was run
 */
public record Outcome(Scorecard base, Map<Rival, Scorecard> tuned, Map<Rival, Double> rates) {
  private static final double PERCENT = 100;

  /** In the order of the table. */
  private static final List<Rival> COLUMNS = List.of(Rival.FULL, Rival.COFITUNE, Rival.GENTLE);

  /** Reads the scores of all runs. */
  public static Outcome read(QuickstartFolder folder) {
    Map<Rival, Scorecard> tuned = new EnumMap<>(Rival.class);
    Map<Rival, Double> rates = new EnumMap<>(Rival.class);
    for (Rival rival : Rival.values()) {
      RunDirectory run = new RunDirectory(folder.run(rival));
      tuned.put(rival, ScorecardJson.read(run.scorecard()));
      rates.put(rival, Recipe.ofFile(run.recipe()).section(TrainingArguments.class).learningRate());
    }
    RunDirectory first = new RunDirectory(folder.run(Rival.COFITUNE));
    return new Outcome(ScorecardJson.read(first.baseScorecard()), tuned, rates);
  }

  private Double rate(Rival rival) {
    return Objects.requireNonNull(rates.get(rival), rival.text());
  }

  private Scorecard of(Rival rival) {
    return Objects.requireNonNull(tuned.get(rival), rival.text());
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
    List<String> heads = new ArrayList<>(List.of("", "base"));
    COLUMNS.forEach(rival -> heads.add(rival.text()));
    TextTable table = new TextTable(1, heads.toArray(String[]::new));
    row(table, "learning rate", "", rival -> rate(rival).toString().toLowerCase(Locale.ROOT));
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
    row(table, name, cell.apply(base), rival -> cell.apply(of(rival)));
  }

  private static void row(
      TextTable table, String name, String ofBase, Function<Rival, String> ofRival) {
    List<String> cells = new ArrayList<>(List.of(name, ofBase));
    COLUMNS.forEach(rival -> cells.add(ofRival.apply(rival)));
    table.row(cells.toArray(String[]::new));
  }

  /** What the table says, in words. */
  public String sentence() {
    String same =
        ("At the same learning rate full fine-tuning learned %s of 100 points of the new domain and"
                + " kept %s of what the model could do; CoFiTune learned %s and kept %s.")
            .formatted(
                learned(Rival.FULL),
                kept(Rival.FULL),
                learned(Rival.COFITUNE),
                kept(Rival.COFITUNE));
    if (rate(Rival.GENTLE) >= rate(Rival.FULL)) {
      return same; // a person has set one rate for all
    }
    return same
        + (" A full fine-tune at a lower rate learned %s and kept %s: compare rates, too, before"
                + " you choose (./cofitune compare).")
            .formatted(learned(Rival.GENTLE), kept(Rival.GENTLE));
  }

  private String learned(Rival rival) {
    return decimal(speciality(of(rival)));
  }

  private String kept(Rival rival) {
    return percent(retention(of(rival)));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", PERCENT * share);
  }
}
