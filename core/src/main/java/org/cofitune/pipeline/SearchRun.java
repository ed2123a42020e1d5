package org.cofitune.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.search.Forecast;
import org.cofitune.search.ForecastSettings;
import org.cofitune.search.GradientForecast;
import org.cofitune.search.ModelScorer;
import org.cofitune.search.RegionTrialRunner;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchInterrupted;
import org.cofitune.search.SearchListener;
import org.cofitune.search.SearchResult;
import org.cofitune.search.SearchSettings;
import org.cofitune.search.TreeSearch;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.cofitune.search.TrialStore;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.DiskSpace;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.PrefixWork;
import org.cofitune.train.RunIdentity;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.TrainingArguments;
import org.jspecify.annotations.Nullable;

/**
 * One search: a recipe in, the region worth training out. {@link #prepare} checks everything that
 * can be checked without weights; {@link #execute} loads them and searches. The same recipe again
 * goes on where the search was stopped, and runs nothing where it was finished.
 *
 * <pre>{@code
 * try (SearchRun run = SearchRun.prepare(recipe)) {
 *   Optional<SearchResult> result = run.execute(List.of(display), () -> false);
 * }
 * }</pre>
 *
 * Holds the run's folder until closed.
 */
public final class SearchRun implements AutoCloseable {
  private static final int STATES_AT_ONCE = 2;

  private final RunDirectory directory;
  private final Claim claim;
  private final Checkpoint base;
  private final SearchData data;
  private final ModelScorer scorer;
  private final RunIdentity identity;

  private SearchRun(
      RunDirectory directory,
      Claim claim,
      Checkpoint base,
      SearchData data,
      ModelScorer scorer,
      RunIdentity identity) {
    this.directory = directory;
    this.claim = claim;
    this.base = base;
    this.data = data;
    this.scorer = scorer;
    this.identity = identity;
  }

  /**
   * Checks recipe, checkpoint, rows, folder, and disk, and takes the folder.
   *
   * @throws CofituneException of kind RECIPE, DATA, or FORMAT for whatever does not fit
   */
  public static SearchRun prepare(Recipe recipe) {
    return prepare(recipe, TrialScoring.of(recipe));
  }

  /**
   * Checks as {@link #prepare(Recipe)} does, in each of the processes that share the search; the
   * first takes the folder.
   *
   * @throws CofituneException as {@link #prepare(Recipe)}, in all of them
   */
  public static SearchRun prepare(Recipe recipe, ProcessGroup group) {
    RunDirectory directory = directoryOf(recipe);
    Claim claim =
        group.isFirst()
            ? Claim.alone(directory, directory::requireSearchable)
            : Claim.lent(directory);
    return group.together(() -> prepare(recipe, TrialScoring.of(recipe), claim));
  }

  /**
   * Checks as {@link #prepare(Recipe)} does, and leaves nothing.
   *
   * @throws CofituneException as {@link #prepare(Recipe)}
   */
  public static void check(Recipe recipe) {
    RunDirectory directory = directoryOf(recipe);
    Claim claim = Claim.rehearsed(directory, directory::requireSearchable);
    prepare(recipe, TrialScoring.of(recipe), claim).close();
  }

  private static RunDirectory directoryOf(Recipe recipe) {
    recipe.require("search", "model_name_or_path", "dataset", "output_dir");
    return RunDirectory.of(recipe);
  }

  /** As {@link #prepare(Recipe)}, with another choice of what scores the trials. */
  static SearchRun prepare(Recipe recipe, ScorerChoice choice) {
    RunDirectory directory = directoryOf(recipe);
    return prepare(recipe, choice, Claim.alone(directory, directory::requireSearchable));
  }

  static SearchRun prepare(Recipe recipe, ScorerChoice choice, Claim claim) {
    RunDirectory directory = claim.directory();
    ResidentWeights.require(recipe, "a search");
    claim.check();
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(model);
    Checkpoint base = Checkpoint.open(model);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      CheckpointParameters.match(model, config, base.specs());
      SearchData data = SearchData.read(recipe, tokenizer, config);
      ModelScorer scorer = choice.of(data);
      data.isForecast();
      DiskSpace.require(directory.path(), bytesNeeded(config), "trials in progress");
      claim.take();
      RunIdentity identity = identity(data, base, scorer);
      if (claim.isAlone()) {
        directory
            .searchIdentity()
            .ifPresent(
                begun -> identity.requireSame(begun, "the search", directory.searchSetting()));
      }
      return new SearchRun(directory, claim, base, data, scorer, identity);
    } catch (RuntimeException e) {
      base.close();
      claim.close();
      throw e;
    }
  }

  /** The largest trial's checkpoint beside the one that replaces it; smaller ones fit in that. */
  private static long bytesNeeded(ModelConfig config) {
    return STATES_AT_ONCE
        * Estimate.Disk.BYTES_PER_PARAMETER
        * ParameterNames.count(ParameterNames.shapes(config));
  }

  private static RunIdentity identity(SearchData data, Checkpoint base, ModelScorer scorer) {
    boolean cached = data.recipe().section(SearchSection.class).prefixCache();
    return RunIdentity.of(trialArguments(data.recipe()), data.speciality().train())
        .with(scorer.identity())
        .with(
            Map.of(
                "base model", Fingerprint.ofCheckpointSample(base).sha256(),
                "search.prefix_cache", String.valueOf(cached)));
  }

  private static TrainingArguments trialArguments(Recipe recipe) {
    SearchSection search = recipe.section(SearchSection.class);
    TrainingArguments training = recipe.section(TrainingArguments.class);
    return RegionTrialRunner.argumentsOf(
        search.learningRate() == 0
            ? training
            : training.with("learning_rate", search.learningRate()),
        recipe.section(SearchSettings.class).maxSteps(),
        search.saveSteps());
  }

  public RunDirectory directory() {
    return directory;
  }

  /** What its scores depend on. */
  RunIdentity identity() {
    return identity;
  }

  /** The rows that it trains on and forecasts with. */
  public SearchData data() {
    return data;
  }

  /**
   * Searches.
   *
   * @param listeners learn of every event, after the run's own log
   * @param interrupted asked after every step of a trial
   * @return empty if interrupted: the same recipe goes on from there
   * @throws CofituneException of kind FORMAT if a weight is not a number, of kind TRAINING if a
   *     trial fails
   */
  public Optional<SearchResult> execute(
      List<? extends SearchListener> listeners, BooleanSupplier interrupted) {
    return execute(listeners, interrupted, ProcessGroup.alone());
  }

  /**
   * As {@link #execute(List, BooleanSupplier)}, with trials that several processes run in turns;
   * the first keeps what comes of it.
   */
  public Optional<SearchResult> execute(
      List<? extends SearchListener> listeners, BooleanSupplier interrupted, ProcessGroup group) {
    return claim.work(() -> search(listeners, interrupted, group), Optional::isPresent);
  }

  private Optional<SearchResult> search(
      List<? extends SearchListener> listeners, BooleanSupplier interrupted, ProcessGroup group) {
    Engine engine = Engine.start(group.placed(data.recipe().section(EngineOptions.class)));
    Optional<Precision> precision =
        RunEnvironment.precisionOf(directory.environment())
            .or(() -> data.recipe().section(RunSection.class).computing().precision());
    try (LoadedModel model = LoadedModel.open(base.directory(), engine, precision, group)) {
      FiniteWeights.require(base.directory(), model.parameters(), model.parameters().names());
      TrialStore store = group.together(() -> begin(engine, model, group));
      if (!group.isFirst()) {
        return Optional.of(search(model, store, group, event -> {}, interrupted).result());
      }
      try (SearchLog log = SearchLog.open(directory.events())) {
        List<SearchListener> all = new ArrayList<>(List.of(log));
        all.addAll(listeners);
        Found found =
            search(model, store, group, event -> all.forEach(l -> l.on(event)), interrupted);
        SearchReport report =
            new SearchReport(
                found.result(),
                found.base(),
                found.forecast(),
                found.work(),
                log,
                model.config().numHiddenLayers());
        AtomicFile.write(directory.searchResult(), JsonText.pretty(report.toJson()));
        return Optional.of(found.result());
      }
    } catch (SearchInterrupted e) {
      return Optional.empty();
    }
  }

  /** The setting comes first: where it is, a search began, and goes on. */
  private TrialStore begin(Engine engine, LoadedModel model, ProcessGroup group) {
    if (!group.isFirst()) {
      return TrialStore.follow(directory.trials());
    }
    if (directory.searchIdentity().isEmpty()) {
      AtomicFile.write(directory.searchSetting(), JsonText.pretty(identity.toJson()));
    }
    if (claim.isAlone() && !(directory.isBegun() && Files.exists(directory.environment()))) {
      describe(engine, model);
    }
    AtomicDirectory.removeAbandoned(directory.trialsInProgress());
    return TrialStore.open(directory.trials());
  }

  /** What a search came to, with what its report tells beside that. */
  private record Found(
      SearchResult result, Trial base, @Nullable Forecast forecast, PrefixWork work) {}

  private void describe(Engine engine, LoadedModel model) {
    AtomicFile.write(
        directory.environment(),
        JsonText.pretty(
            RunEnvironment.describe(
                engine,
                model.parameters().precision(),
                data.recipe().section(TrainingArguments.class).seed(),
                base.directory().toString(),
                Fingerprint.ofCheckpoint(base).sha256(),
                data.speciality().rows().report().files())));
    AtomicFile.write(directory.recipe(), data.recipe().afresh().toYaml());
  }

  private Found search(
      LoadedModel model,
      TrialStore store,
      ProcessGroup group,
      SearchListener listener,
      BooleanSupplier interrupted) {
    Recipe recipe = data.recipe();
    long seed = recipe.section(TrainingArguments.class).seed();
    Map<String, String> numbers = Map.of("number type", model.parameters().precision().name());
    RunIdentity whole = identity.with(numbers);
    String setting = whole.fingerprint().sha256();
    boolean cached = recipe.section(SearchSection.class).prefixCache();
    try (SharedPrefixes prefixes =
            new SharedPrefixes(
                model.decoder(),
                recipe.section(PrefixCacheSection.class).storage(directory.path()));
        RegionTrialRunner runner =
            new RegionTrialRunner(
                model,
                data.speciality().train(),
                trialArguments(recipe),
                scorer,
                directory.trialsInProgress(),
                whole.parts(),
                cached ? prefixes : null,
                listener,
                interrupted)) {
      Trial baseTrial = baseScore(model, store, setting, group, listener);
      Forecast forecast = forecast(model, seed, listener);
      SearchResult result =
          new TreeSearch(
                  model.config(),
                  recipe.section(SearchSettings.class),
                  runner,
                  store,
                  setting,
                  forecast,
                  listener)
              .sharedWith(group)
              .search(seed);
      return new Found(result, baseTrial, forecast, prefixes.work());
    }
  }

  private Trial baseScore(
      LoadedModel model,
      TrialStore store,
      String setting,
      ProcessGroup group,
      SearchListener listener) {
    Optional<Trial> known = store.findBase(setting);
    if (known.isEmpty()) {
      listener.on(new SearchEvent.Preparing("scoring the base model"));
      TrialScore own = group.isFirst() ? scorer.score(model) : TrialScore.NONE;
      store.add(Trial.ofBase(setting, TrialScore.of(group.numbersOf(0, own.numbers()))));
    }
    Trial scored = store.findBase(setting).orElseThrow();
    listener.on(new SearchEvent.BaseScored(scored, known.isPresent()));
    return scored;
  }

  private @Nullable Forecast forecast(LoadedModel model, long seed, SearchListener listener) {
    if (!data.isForecast()) {
      return null;
    }
    listener.on(new SearchEvent.Preparing("forecasting from gradients"));
    return GradientForecast.measure(
        model,
        data.speciality().train(),
        data.versatility(),
        data.recipe().section(ForecastSettings.class),
        seed);
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    base.close();
    claim.close();
  }
}
