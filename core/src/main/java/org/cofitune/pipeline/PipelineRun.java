package org.cofitune.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.method.MethodArguments;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.RegionParser;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.DiskFault;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;

/**
 * The whole way from a recipe to a tuned model and what it is worth: scores of the base, the search
 * for a region, importance, training, scores of the tuned model. Each stage that has nothing new to
 * go on is skipped, so the same recipe again does nothing, an interrupted run goes on, and a
 * changed recipe runs what depends on the change.
 *
 * <pre>{@code
 * try (PipelineRun run = PipelineRun.prepare(Recipe.ofFile(Path.of("recipe.yaml")))) {
 *   boolean complete = run.execute(display, () -> false);
 * }
 * }</pre>
 *
 * Holds the run's folder until closed.
 */
public final class PipelineRun implements AutoCloseable {
  private static final double NANOS = 1e-9;

  private final Recipe recipe;
  private final RunDirectory directory;
  private final Claim claim;
  private final Questions questions;
  private final StageRecords records;
  private boolean described;

  private PipelineRun(Recipe recipe, Claim claim, Questions questions) {
    this.recipe = recipe;
    this.directory = claim.directory();
    this.claim = claim;
    this.questions = questions;
    this.records = new StageRecords(directory.stages());
  }

  /**
   * Checks recipe, checkpoint, rows, tasks, and folder, and takes the folder.
   *
   * @throws CofituneException of kind RECIPE, DATA, or FORMAT for whatever does not fit
   */
  public static PipelineRun prepare(Recipe asked) {
    RunDirectory directory = directoryOf(asked);
    return prepare(asked, Claim.alone(directory, directory::requireRunnable));
  }

  /**
   * What {@link #execute} would do; checks as {@link #prepare} does, and leaves nothing.
   *
   * @throws CofituneException as {@link #prepare}
   */
  public static List<PlannedStage> plan(Recipe asked) {
    RunDirectory directory = directoryOf(asked);
    try (PipelineRun run = prepare(asked, Claim.rehearsed(directory, directory::requireRunnable))) {
      return run.planned();
    }
  }

  private static RunDirectory directoryOf(Recipe asked) {
    asked.require("run", "model_name_or_path", "dataset", "output_dir");
    return RunDirectory.of(asked);
  }

  private static PipelineRun prepare(Recipe asked, Claim claim) {
    RunDirectory directory = claim.directory();
    claim.check();
    Recipe recipe = withImportanceDir(asked, directory);
    RunSection section = recipe.section(RunSection.class);
    Path model = Objects.requireNonNull(section.modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(model);
    if (!section.isSearched()) {
      RegionParser.parse(section.region(), config.numHiddenLayers());
    }
    requireImportance(recipe);
    try (Checkpoint base = Checkpoint.open(model);
        Tokenizer tokenizer = Tokenizer.load(model)) {
      CheckpointParameters.match(model, config, base.specs());
      if (section.isSearched()) {
        SearchData data = SearchData.read(recipe, tokenizer, config);
        TrialScoring.of(recipe).of(data);
        data.isForecast();
      }
    }
    Questions questions = Questions.read(recipe, config);
    claim.take();
    return new PipelineRun(recipe, claim, questions);
  }

  /** Importance that is measured on the way lies in the run's own folder. */
  private static Recipe withImportanceDir(Recipe recipe, RunDirectory directory) {
    boolean measured = !recipe.section(CorpusSection.class).dataset().isEmpty();
    boolean masked = recipe.section(MethodArguments.class).method().isMasked();
    boolean named = recipe.section(MethodArguments.class).importanceDir() != null;
    return measured && masked && !named
        ? recipe.withDerived("importance_dir", directory.importance(), "output_dir")
        : recipe;
  }

  private static void requireImportance(Recipe recipe) {
    MethodArguments method = recipe.section(MethodArguments.class);
    if (method.method().isMasked() && method.importanceDir() == null) {
      throw CofituneException.of(
              ErrorKind.RECIPE,
              "method " + method.method().word() + " needs the importance of units")
          .at(recipe.origin("method") + ": method")
          .expected("importance.dataset, rows of what the model could do before, or importance_dir")
          .found("neither")
          .next("set one of them")
          .build();
    }
  }

  public RunDirectory directory() {
    return directory;
  }

  /** Whether tasks are named. */
  public boolean hasTasks() {
    return !questions.tasks().isEmpty();
  }

  /**
   * Runs every stage that has to run.
   *
   * @param interrupted asked after every step, batch, and row; the same recipe goes on from there
   * @return whether everything is complete; false if interrupted
   * @throws CofituneException of kind TRAINING if a stage fails; what was complete stays
   */
  public boolean execute(PipelineListener listener, BooleanSupplier interrupted) {
    return claim.work(() -> stages(listener, interrupted), complete -> complete);
  }

  private boolean stages(PipelineListener listener, BooleanSupplier interrupted) {
    for (Stage stage : Stage.values()) {
      Optional<String> needless = needless(stage);
      if (needless.isPresent()) {
        listener.onSkipped(stage, needless.get());
      } else if (!run(stage, listener, interrupted)) {
        return false;
      }
    }
    return true;
  }

  private List<PlannedStage> planned() {
    List<PlannedStage> planned = new ArrayList<>();
    Set<Stage> running = EnumSet.noneOf(Stage.class);
    for (Stage stage : Stage.values()) {
      Optional<String> needless = needless(stage);
      if (needless.isPresent()) {
        planned.add(new PlannedStage(stage, false, needless.get()));
        continue;
      }
      Optional<Stage> awaited = stage.needs().stream().filter(running::contains).findFirst();
      Optional<String> reason =
          awaited.isPresent() ? awaited.map(s -> "after " + s.text()) : reason(stage);
      reason.ifPresent(text -> running.add(stage));
      planned.add(new PlannedStage(stage, reason.isPresent(), reason.orElse("unchanged")));
    }
    return planned;
  }

  private Optional<String> reason(Stage stage) {
    try (StageWork work = settle(stage)) {
      return records.reason(work);
    }
  }

  /** Why a recipe has no need of a stage. */
  private Optional<String> needless(Stage stage) {
    RunSection section = recipe.section(RunSection.class);
    MethodArguments method = recipe.section(MethodArguments.class);
    return switch (stage) {
      case BASE_SCORES -> when(questions.tasks().isEmpty(), "no tasks are named");
      case SEARCH -> when(!section.isSearched(), "the region is given: " + section.region());
      case IMPORTANCE ->
          !method.method().isMasked()
              ? Optional.of("method " + method.method().word() + " needs none")
              : when(
                  recipe.section(CorpusSection.class).dataset().isEmpty(),
                  "it is given: " + method.importanceDir());
      case TRAINING -> Optional.empty();
      case SCORES -> when(questions.isEmpty(), "no tasks are named, and no rows held out");
    };
  }

  private static Optional<String> when(boolean condition, String reason) {
    return condition ? Optional.of(reason) : Optional.empty();
  }

  private StageWork settle(Stage stage) {
    return switch (stage) {
      case BASE_SCORES -> new BaseScoresStage(recipe, directory, questions);
      case SEARCH -> new SearchStage(recipe, directory);
      case IMPORTANCE -> new ImportanceStage(recipe);
      case TRAINING -> new TrainingStage(trainingRecipe(), directory);
      case SCORES -> new ScoresStage(recipe, directory, questions);
    };
  }

  /** The recipe with the region that was found, going on where a killed process had come. */
  private Recipe trainingRecipe() {
    Recipe training = recipe.withDerived("resume", true, "run");
    return recipe.section(RunSection.class).isSearched()
        ? training.withDerived("region", SearchStage.chosen(directory), "search/result.json")
        : training;
  }

  private boolean run(Stage stage, PipelineListener listener, BooleanSupplier interrupted) {
    if (interrupted.getAsBoolean()) {
      return false;
    }
    try (StageWork work = settle(stage)) {
      Optional<String> reason = records.reason(work);
      if (reason.isEmpty()) {
        listener.onSkipped(work.stage(), "unchanged");
        return true;
      }
      listener.onStarted(work.stage(), reason.get());
      long start = System.nanoTime();
      records.begin(work); // first: it makes the folder a pipeline's, which goes on here
      describe();
      if (!work.run(listener, interrupted)) {
        return false;
      }
      records.finish(work);
      listener.onFinished(work.stage(), (System.nanoTime() - start) * NANOS);
      return true;
    }
  }

  /** Writes recipe and environment before the first stage that runs. */
  private void describe() {
    if (described) {
      return;
    }
    described = true;
    String yaml = recipe.toYaml();
    if (yaml.equals(text(directory.recipe())) && Files.exists(directory.environment())) {
      return;
    }
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    Engine engine = Engine.start(recipe.section(EngineOptions.class));
    Precision precision;
    try (LoadedModel loaded = new Scores(recipe, directory, questions).open(model)) {
      precision = loaded.parameters().precision();
    }
    try (Checkpoint base = Checkpoint.open(model)) {
      AtomicFile.write(
          directory.environment(),
          JsonText.pretty(
              RunEnvironment.describe(
                  engine,
                  precision,
                  recipe.section(TrainingArguments.class).seed(),
                  model.toString(),
                  Fingerprint.ofCheckpoint(base).sha256(),
                  questions.rowFiles())));
    }
    AtomicFile.write(directory.recipe(), yaml);
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    claim.close();
  }
}
