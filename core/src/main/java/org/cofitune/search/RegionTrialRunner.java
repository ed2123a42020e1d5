package org.cofitune.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.BaseWeights;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Region;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingCheckpoints;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;
import org.cofitune.train.TrainingResult;
import org.cofitune.train.TrainingTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs trials one after the other in one loaded model. A trial trains the region's parameters on
 * the speciality rows, scores the model with the weights as a checkpoint would store them, and puts
 * the base's weights back, bit by bit.
 *
 * <p>A trial in progress is a training checkpoint in {@code <folder>/<region>}: it goes on from
 * there after an early look or a killed process, to the same bits as an undisturbed one, and is
 * removed when the trial is {@linkplain #release released}.
 */
public final class RegionTrialRunner implements TrialRunner, AutoCloseable {
  private static final int CHECKPOINTS_KEPT = 1;

  private final LoadedModel model;
  private final BaseWeights base;
  private final List<TokenizedExample> rows;
  private final TrainingArguments arguments;
  private final ModelScorer scorer;
  private final Path folder;
  private final Map<String, String> identity;
  private final @Nullable SharedPrefixes prefixes;
  private final SearchListener listener;
  private final BooleanSupplier interrupted;

  /**
   * A runner over a model in which nothing is trainable.
   *
   * @param rows of the new domain
   * @param arguments as {@link #argumentsOf} makes them
   * @param folder where trials in progress are kept
   * @param identity what a trial that goes on must have in common with the one that was saved: base
   *     model, number type
   * @param prefixes gives what the frozen layers make of rows that are trained on or scored; null
   *     computes it every time
   * @param listener learns of the steps of a trial
   * @param interrupted asked after every step
   */
  public RegionTrialRunner(
      LoadedModel model,
      List<TokenizedExample> rows,
      TrainingArguments arguments,
      ModelScorer scorer,
      Path folder,
      Map<String, String> identity,
      @Nullable SharedPrefixes prefixes,
      SearchListener listener,
      BooleanSupplier interrupted) {
    this.model = model;
    this.base = BaseWeights.of(model.parameters());
    this.rows = List.copyOf(rows);
    this.arguments = arguments;
    this.scorer = scorer;
    this.folder = folder;
    this.identity = Map.copyOf(identity);
    this.prefixes = prefixes;
    this.listener = listener;
    this.interrupted = interrupted;
  }

  /**
   * The arguments of a trial: those of a training, over the steps of the search, without held-out
   * losses, since a trial is scored instead.
   *
   * @param saveSteps steps from one checkpoint of a trial to the next; {@link
   *     TrainingArguments#NEVER} for early looks and interruptions only
   */
  public static TrainingArguments argumentsOf(
      TrainingArguments training, int maxSteps, int saveSteps) {
    return training.with(
        Map.of(
            "max_steps",
            maxSteps,
            "eval_steps",
            TrainingArguments.NEVER,
            "save_steps",
            saveSteps,
            "load_best_model_at_end",
            false,
            "early_stopping_patience",
            0));
  }

  @Override
  public TrialScore run(Region region, int steps) {
    if (interrupted.getAsBoolean()) {
      throw new SearchInterrupted(region.text());
    }
    try {
      train(region, steps);
      model.parameters().freezeAll(); // the numbers that a checkpoint would hold
      listener.on(new SearchEvent.TrialScoring(region.text(), steps));
      return prefixes == null
          ? scorer.score(model)
          : scorer.score(model, region.lowestLayer(), prefixes.below(region.lowestLayer()));
    } catch (CofituneException e) {
      throw e.kind() == ErrorKind.TRAINING
          ? e.at(e.where().map(place -> place + " of ").orElse("") + "trial " + region.text())
          : e;
    } finally {
      base.restore();
    }
  }

  private void train(Region region, int steps) {
    TrainingTask task = TrainingTask.ofRegion(model.decoder(), region, rows, List.of(), arguments);
    if (prefixes != null) {
      task = task.withPrefix(prefixes.below(region.lowestLayer()));
    }
    Map<String, String> named = new TreeMap<>(identity);
    named.put("region", region.text());
    named.put("search.prefix_cache", String.valueOf(prefixes != null));
    try (Trainer trainer = new Trainer(task, List.of(steps(region, steps)))) {
      TrainingResult result =
          trainer
              .checkpoints(TrainingCheckpoints.in(folderOf(region), named, CHECKPOINTS_KEPT))
              .pauseAfter(steps)
              .run(interrupted);
      if (result.end() == TrainingResult.End.INTERRUPTED) {
        throw new SearchInterrupted(region.text());
      }
    }
  }

  private TrainingListener steps(Region region, int steps) {
    return event -> {
      if (event instanceof TrainingEvent.StepTaken taken) {
        listener.on(
            new SearchEvent.TrialStep(
                region.text(),
                Math.toIntExact(taken.step()),
                steps,
                taken.loss(),
                taken.speed().seconds()));
      }
    };
  }

  @Override
  public void release(Region region) {
    AtomicDirectory.remove(folderOf(region));
  }

  /** The checkpoint of a region's trial in progress. */
  Path folderOf(Region region) {
    return folder.resolve(region.text().replace(':', '_').replace(',', '+'));
  }

  /** Lets go of the base's weights; the model stays open, and has them. */
  @Override
  public void close() {
    base.close();
  }
}
