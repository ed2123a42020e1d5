package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.cofitune.compare.ComparedTrial;
import org.cofitune.compare.ComparisonFormat;
import org.cofitune.compare.ComparisonRecords;
import org.cofitune.compare.ComparisonTable;
import org.cofitune.compare.MethodScores;
import org.cofitune.compare.TrainingTime;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.PartOfDelta;
import org.cofitune.search.TrialScore;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.DiskSpace;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.store.RecordLines;
import org.cofitune.train.TrainingArguments;

/**
 * One comparison: a recipe with methods in, a table of what each is worth out. Every method is
 * trained with every learning rate, the development set chooses its rate and what of the change is
 * taken, and only that is asked the test, once. The same recipe again goes on where it was stopped.
 *
 * <pre>{@code
 * try (CompareRun run = CompareRun.prepare(recipe)) {
 *   Optional<ComparisonTable> table = run.execute(listener, () -> false);
 * }
 * }</pre>
 *
 * Holds the run's folder until closed.
 */
public final class CompareRun implements AutoCloseable {
  private static final double PERCENT = 100;

  private final Claim claim;
  private final Checkpoint base;
  private final ComparePlan plan;
  private final CompareFolder folder;

  private CompareRun(Claim claim, Checkpoint base, ComparePlan plan) {
    this.claim = claim;
    this.base = base;
    this.plan = plan;
    this.folder = CompareFolder.of(claim.directory());
  }

  /**
   * Checks recipe, checkpoint, rows, tasks, folder, and disk, and takes the folder.
   *
   * @throws org.cofitune.error.CofituneException of kind RECIPE, DATA, or FORMAT for whatever does
   *     not fit
   */
  public static CompareRun prepare(Recipe recipe) {
    return prepare(recipe, TrialScoring.of(recipe));
  }

  /** As {@link #prepare(Recipe)}, with another choice of what scores on the development set. */
  static CompareRun prepare(Recipe recipe, ScorerChoice choice) {
    RunDirectory directory = directoryOf(recipe);
    return prepare(recipe, choice, Claim.alone(directory, directory::requireComparable));
  }

  /**
   * Checks as {@link #prepare(Recipe)} does, and leaves nothing.
   *
   * @return how many trainings there would be, those that are done already among them
   * @throws org.cofitune.error.CofituneException as {@link #prepare(Recipe)}
   */
  public static int check(Recipe recipe) {
    RunDirectory directory = directoryOf(recipe);
    Claim claim = Claim.rehearsed(directory, directory::requireComparable);
    try (CompareRun run = prepare(recipe, TrialScoring.of(recipe), claim)) {
      return run.plan.trainings();
    }
  }

  private static RunDirectory directoryOf(Recipe recipe) {
    recipe.require("compare", "model_name_or_path", "dataset", "output_dir");
    return RunDirectory.of(recipe);
  }

  private static CompareRun prepare(Recipe recipe, ScorerChoice choice, Claim claim) {
    RunDirectory directory = claim.directory();
    claim.check();
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    Checkpoint base = Checkpoint.open(model);
    try {
      ComparePlan plan = ComparePlan.of(recipe, base, choice);
      DiskSpace.require(directory.path(), plan.bytesNeeded(), "deltas and checkpoints");
      claim.take();
      return new CompareRun(claim, base, plan);
    } catch (RuntimeException e) {
      base.close();
      claim.close();
      throw e;
    }
  }

  /** The folder that the recipe names. */
  public RunDirectory directory() {
    return claim.directory();
  }

  /** The files of the comparison. */
  public CompareFolder folder() {
    return folder;
  }

  /**
   * Trains, chooses, tests, and writes the table.
   *
   * @param interrupted asked after every step and every batch of questions
   * @return empty if interrupted: the same recipe goes on from there
   * @throws org.cofitune.error.CofituneException of kind FORMAT if a weight is not a number, of
   *     kind TRAINING if a training fails
   */
  public Optional<ComparisonTable> execute(CompareListener listener, BooleanSupplier interrupted) {
    return claim.work(() -> compare(listener, interrupted), Optional::isPresent);
  }

  private Optional<ComparisonTable> compare(CompareListener listener, BooleanSupplier interrupted) {
    Engine engine = Engine.start(plan.recipe().section(EngineOptions.class));
    RunDirectory run = claim.directory();
    Optional<Precision> precision =
        RunEnvironment.precisionOf(run.environment())
            .or(() -> plan.recipe().section(RunSection.class).computing().precision());
    try (LoadedModel model =
        precision.isPresent()
            ? LoadedModel.open(base.directory(), engine, precision.get())
            : LoadedModel.open(base.directory(), engine)) {
      FiniteWeights.require(base.directory(), model.parameters(), model.parameters().names());
      folder.removeAbandoned();
      RecordLines<ComparedTrial> trials = ComparisonRecords.trials(folder.trials());
      begin(engine, model);
      try (ComparedModel compared = new ComparedModel(model, base, plan, run)) {
        return Optional.of(new Comparing(compared, trials, listener, interrupted).table());
      }
    } catch (CompareInterrupted e) {
      return Optional.empty();
    }
  }

  private void begin(Engine engine, LoadedModel model) {
    RunDirectory run = claim.directory();
    if (!run.isBegun()) {
      AtomicFile.write(
          run.environment(),
          JsonText.pretty(
              RunEnvironment.describe(
                  engine,
                  model.parameters().precision(),
                  plan.recipe().section(TrainingArguments.class).seed(),
                  base.directory().toString(),
                  Fingerprint.ofCheckpoint(base).sha256(),
                  plan.questions().rowFiles())));
    }
    AtomicFile.write(run.recipe(), plan.recipe().toYaml());
  }

  /** The work while the model is loaded. */
  private final class Comparing {
    private final ComparedModel model;
    private final RecordLines<ComparedTrial> trials;
    private final CompareListener listener;
    private final BooleanSupplier interrupted;
    private final CompareScores scores;
    private final String questions;

    Comparing(
        ComparedModel model,
        RecordLines<ComparedTrial> trials,
        CompareListener listener,
        BooleanSupplier interrupted) {
      this.model = model;
      this.trials = trials;
      this.listener = listener;
      this.interrupted = interrupted;
      this.scores = new CompareScores(plan, claim.directory(), listener, interrupted);
      this.questions =
          plan.questions()
              .taskIdentity(plan.recipe())
              .with(plan.questions().gaugeIdentity())
              .fingerprint()
              .sha256();
    }

    ComparisonTable table() {
      Scorecard untrained = untrained();
      List<MethodScores> methods = new ArrayList<>();
      for (int i = 0; i < plan.methods().size(); i++) {
        methods.add(compare(plan.methods().get(i)));
        forget(i);
      }
      RateSeeds from = plan.recipe().section(CompareSection.class).learningRateSeeds();
      ComparisonTable table =
          ComparisonTable.of(from.text(plan.seeds().size()), untrained, methods);
      AtomicFile.write(folder.table("json"), JsonText.pretty(ScorecardJson.tree(table)));
      AtomicFile.write(folder.table("csv"), ComparisonFormat.csv(table));
      AtomicFile.write(folder.table("md"), ComparisonFormat.markdown(table));
      return table;
    }

    private Scorecard untrained() {
      String weights = EvaluatedModel.fingerprint(base.directory(), null);
      String fingerprint = Fingerprint.ofText(weights + "\n" + questions).sha256();
      return scores
          .known(folder.baseScorecard(), fingerprint)
          .orElseGet(
              () ->
                  scores.ask(
                      ComparisonTable.BASE,
                      fingerprint,
                      model.model(),
                      null,
                      folder.baseScorecard()));
    }

    private MethodScores compare(PlannedMethod method) {
      double rate = chosenRate(method);
      listener.onChosen(method.name(), rate);
      List<ComparedTrial> chosen =
          plan.seeds().stream().map(seed -> trial(method, rate, seed)).toList();
      List<Scorecard> cards = chosen.stream().map(trial -> test(method, trial)).toList();
      List<TrainingTime> times =
          chosen.stream().map(trial -> model.time(trial.training())).toList();
      return new MethodScores(
          method.name(),
          rate,
          chosen.stream().map(ComparedTrial::part).toList(),
          cards,
          PERCENT * chosen.get(0).parameters() / plan.parameters(),
          times.stream().mapToDouble(TrainingTime::seconds).average().orElseThrow(),
          times.stream().mapToLong(TrainingTime::memoryBytes).max().orElseThrow());
    }

    /** The rate of the highest mean uni on the development set; of equal ones the lowest. */
    private double chosenRate(PlannedMethod method) {
      double best = Double.NEGATIVE_INFINITY;
      double chosen = method.learningRates().get(0);
      for (double rate : method.learningRates().stream().sorted().distinct().toList()) {
        double uni =
            plan.choosingSeeds().stream()
                .mapToDouble(seed -> trial(method, rate, seed).score().uni())
                .average()
                .orElseThrow();
        if (uni > best) {
          best = uni;
          chosen = rate;
        }
      }
      return chosen;
    }

    private ComparedTrial trial(PlannedMethod method, double rate, long seed) {
      var identity = model.identity(method, rate, seed);
      Map<String, String> scorer = plan.scorer().identity();
      String setting = method.setting(identity, scorer).sha256();
      Optional<ComparedTrial> known =
          trials.records().stream()
              .filter(t -> t.setting().equals(setting) && t.method().equals(method.name()))
              .findFirst();
      if (known.isEmpty()) {
        String training = identity.fingerprint().sha256();
        try (Delta delta = model.train(method, rate, seed, listener, interrupted)) {
          PartScore best = best(method, delta);
          trials.add(
              new ComparedTrial(
                  setting,
                  method.name(),
                  rate,
                  seed,
                  training,
                  best.part(),
                  ComparedModel.trained(delta),
                  best.score()));
        }
      }
      ComparedTrial trial =
          known.orElseGet(() -> trials.records().get(trials.records().size() - 1));
      listener.onTrial(trial, known.isPresent());
      return trial;
    }

    /** The part of the highest uni on the development set; of equal ones the first. */
    private PartScore best(PlannedMethod method, Delta delta) {
      List<PartScore> scored = new ArrayList<>();
      for (PartOfDelta part : method.parts()) {
        if (interrupted.getAsBoolean()) {
          throw new CompareInterrupted();
        }
        scored.add(
            new PartScore(part, model.at(part, delta, () -> plan.scorer().score(model.model()))));
      }
      return scored.stream()
          .min(Comparator.comparingDouble(candidate -> -candidate.score().uni()))
          .orElseThrow();
    }

    private Scorecard test(PlannedMethod method, ComparedTrial trial) {
      Path file = folder.scorecard(method.name(), trial.seed());
      String fingerprint =
          Fingerprint.ofText(
                  String.join("\n", trial.training(), trial.part().toString(), questions))
              .sha256();
      return scores.known(file, fingerprint).orElseGet(() -> ask(method, trial, fingerprint, file));
    }

    private Scorecard ask(
        PlannedMethod method, ComparedTrial trial, String fingerprint, Path file) {
      String name = method.name() + ", seed " + trial.seed();
      try (Delta delta =
              model.train(method, trial.learningRate(), trial.seed(), listener, interrupted);
          ComparedModel.View untuned = model.base()) {
        return model.at(
            trial.part(),
            delta,
            () -> scores.ask(name, fingerprint, model.model(), untuned.decoder(), file));
      }
    }

    /** Removes the deltas of a finished method, but those of trainings that a later one shares. */
    private void forget(int finished) {
      if (plan.recipe().section(CompareSection.class).keepDeltas()) {
        return;
      }
      Set<String> needed = new HashSet<>();
      plan.methods().stream().skip(finished + 1L).forEach(later -> needed.addAll(trainings(later)));
      trainings(plan.methods().get(finished)).stream()
          .filter(training -> !needed.contains(training))
          .forEach(model::forget);
    }

    private Set<String> trainings(PlannedMethod method) {
      Set<String> trainings = new HashSet<>();
      for (double rate : method.learningRates()) {
        for (long seed : plan.seeds()) {
          trainings.add(model.identity(method, rate, seed).fingerprint().sha256());
        }
      }
      return trainings;
    }
  }

  /** What a part of a change scores. */
  private record PartScore(PartOfDelta part, TrialScore score) {}

  /** Gives the folder back. */
  @Override
  public void close() {
    base.close();
    claim.close();
  }
}
