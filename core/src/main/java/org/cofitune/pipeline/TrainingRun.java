package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.method.DivergenceArguments;
import org.cofitune.method.EntropyArguments;
import org.cofitune.method.HalfArguments;
import org.cofitune.method.LoraArguments;
import org.cofitune.method.Method;
import org.cofitune.method.MethodArguments;
import org.cofitune.method.MethodSettings;
import org.cofitune.method.MethodTask;
import org.cofitune.method.PenaltyArguments;
import org.cofitune.method.SoftMaskArguments;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.Delta;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.FrozenHolding;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.MergedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.DiskSpace;
import org.cofitune.store.JsonText;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.Ranks;
import org.cofitune.train.RowsFingerprint;
import org.cofitune.train.RunIdentity;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingCheckpoints;
import org.cofitune.train.TrainingListener;
import org.cofitune.train.TrainingResult;
import org.cofitune.train.TrainingTask;

/**
 * One training run: a recipe in, a delta and a merged checkpoint out. {@link #prepare} checks
 * everything that can be checked without weights; {@link #execute} loads them and trains.
 *
 * <pre>{@code
 * try (TrainingRun run = TrainingRun.prepare(Recipe.ofFile(Path.of("recipe.yaml")))) {
 *   TrainingResult result = run.execute(List.of(progress), () -> false);
 * }
 * }</pre>
 *
 * Holds the run's folder until closed.
 */
public final class TrainingRun implements AutoCloseable {
  private final Recipe recipe;
  private final RunDirectory directory;
  private final Claim claim;
  private final Checkpoint base;
  private final Region region;
  private final Method method;
  private final TrainingData data;
  private final ProcessGroup group;

  private TrainingRun(
      ProcessGroup group,
      Recipe recipe,
      RunDirectory directory,
      Claim claim,
      Checkpoint base,
      Region region,
      Method method,
      TrainingData data) {
    this.group = group;
    this.recipe = recipe;
    this.directory = directory;
    this.claim = claim;
    this.base = base;
    this.region = region;
    this.method = method;
    this.data = data;
  }

  /**
   * Checks recipe, checkpoint, rows, folder, and disk, and takes the folder.
   *
   * @throws CofituneException of kind RECIPE, DATA, or FORMAT for whatever does not fit
   */
  public static TrainingRun prepare(Recipe recipe) {
    return prepare(recipe, ProcessGroup.alone());
  }

  /**
   * Checks as {@link #prepare(Recipe)} does, in each of the processes that share the run; the first
   * takes the folder.
   *
   * @throws CofituneException as {@link #prepare(Recipe)}, in all of them
   */
  public static TrainingRun prepare(Recipe recipe, ProcessGroup group) {
    RunDirectory directory = directoryOf(recipe);
    RunSection section = recipe.section(RunSection.class);
    Claim claim =
        group.isFirst()
            ? Claim.alone(directory, () -> directory.requireUsable(section))
            : Claim.lent(directory);
    return group.together(() -> prepare(recipe, claim, group));
  }

  /**
   * Checks as {@link #prepare} does, and leaves nothing.
   *
   * @throws CofituneException as {@link #prepare}
   */
  public static void check(Recipe recipe) {
    RunDirectory directory = directoryOf(recipe);
    RunSection section = recipe.section(RunSection.class);
    Claim rehearsed = Claim.rehearsed(directory, () -> directory.requireUsable(section));
    prepare(recipe, rehearsed, ProcessGroup.alone()).close();
  }

  private static RunDirectory directoryOf(Recipe recipe) {
    recipe.require("train", "model_name_or_path", "dataset", "output_dir");
    return RunDirectory.of(recipe);
  }

  static TrainingRun prepare(Recipe recipe, Claim claim, ProcessGroup group) {
    RunSection section = recipe.section(RunSection.class);
    RunDirectory directory = claim.directory();
    if (section.isSearched()) {
      throw CofituneException.of(ErrorKind.RECIPE, "training alone searches for no region")
          .at(recipe.origin("region") + ": region")
          .expected("a region such as 25%-50%:up_proj,down_proj")
          .found("search")
          .next("name one, or use cofitune run")
          .build();
    }
    requireWholePasses(recipe);
    claim.check();
    Path model = Objects.requireNonNull(section.modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(model);
    Region region = RegionParser.parse(section.region(), config.numHiddenLayers());
    Checkpoint base = Checkpoint.open(model);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      CheckpointParameters.match(model, config, base.specs());
      Method method = settle(recipe, config, region, base);
      TrainingData data = TrainingData.read(recipe, tokenizer, config);
      long trained = method.trainedNumbers(config, region);
      long changed = ParameterNames.count(method.changed(config, region));
      DiskSpace.require(directory.path(), bytesNeeded(recipe, base, trained, changed), "the run");
      claim.take();
      return new TrainingRun(group, data.recipe(), directory, claim, base, region, method, data);
    } catch (RuntimeException e) {
      base.close();
      claim.close();
      throw e;
    }
  }

  /** A process that remembers what its lower layers made of a row would not gather them. */
  private static void requireWholePasses(Recipe recipe) {
    boolean cached = recipe.section(PrefixCacheSection.class).prefixCache();
    if (cached && recipe.section(TrainingArguments.class).shardFrozen()) {
      throw CofituneException.of(
              ErrorKind.RECIPE, "processes that share frozen layers go through all of them")
          .at(recipe.origin("shard_frozen") + ": shard_frozen")
          .expected("prefix_cache false: who has a row in its cache would skip layers of others")
          .found("prefix_cache true")
          .next("leave one of the two out")
          .build();
    }
  }

  /** The method of a recipe, with errors where the recipe says what they are about. */
  static Method settle(Recipe recipe, ModelConfig config, Region region, Checkpoint base) {
    try {
      return Method.of(
          new MethodSettings(
              recipe.section(MethodArguments.class),
              recipe.section(SoftMaskArguments.class),
              recipe.section(LoraArguments.class),
              recipe.section(PenaltyArguments.class),
              recipe.section(DivergenceArguments.class),
              recipe.section(EntropyArguments.class),
              recipe.section(HalfArguments.class)),
          new Method.Subject(config, region, ImportanceRun.of(base).sha256()));
    } catch (CofituneException e) {
      throw recipe.located(e);
    }
  }

  /** Two checkpoints at a time, the delta, and the merged model. */
  private static long bytesNeeded(Recipe recipe, Checkpoint base, long trained, long changed) {
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    long weights = base.tensorNames().stream().mapToLong(name -> base.entry(name).bytes()).sum();
    long checkpoints =
        arguments.saveSteps() == TrainingArguments.NEVER
            ? 0
            : 2 * trained * Estimate.Disk.BYTES_PER_PARAMETER;
    boolean merges = recipe.section(RunSection.class).saveMergedModel();
    return checkpoints + changed * Float.BYTES + (merges ? weights : 0);
  }

  public RunDirectory directory() {
    return directory;
  }

  /** The rows that it trains on. */
  public TrainingData data() {
    return data;
  }

  /**
   * Trains. Ends with delta and merged model, unless interrupted: then a checkpoint has been saved
   * that the same recipe with {@code resume} goes on from.
   *
   * @param listeners learn of every event, after the run's own logs
   * @param interrupted asked after every step
   * @throws CofituneException of kind FORMAT if a weight to be trained is not a number, of kind
   *     TRAINING if training fails
   */
  public TrainingResult execute(
      List<? extends TrainingListener> listeners, BooleanSupplier interrupted) {
    return claim.work(
        () -> train(listeners, interrupted),
        result -> result.end() != TrainingResult.End.INTERRUPTED);
  }

  private TrainingResult train(
      List<? extends TrainingListener> listeners, BooleanSupplier interrupted) {
    Engine engine = Engine.start(group.placed(recipe.section(EngineOptions.class)));
    Optional<Precision> precision =
        RunEnvironment.precisionOf(directory.environment())
            .or(() -> recipe.section(RunSection.class).computing().precision());
    ModelConfig config = ModelConfigReader.read(base.directory());
    Set<String> changed = method.changed(config, region).keySet();
    FrozenHolding holding = recipe.section(TrainingArguments.class).holding(changed);
    try (LoadedModel model =
        LoadedModel.open(base.directory(), engine, precision, group, holding)) {
      FiniteWeights.require(base.directory(), model.parameters(), changed);
      DeltaDescription description =
          DeltaDescription.of(region, base, describe(recipe, method), recipe.afresh().toJson());
      Ranks ranks = new Ranks(group, begun());
      if (claim.isAlone()) {
        begin(engine, model, description);
      }
      TrainingResult result = train(model, ranks, description, listeners, interrupted);
      if (result.end() != TrainingResult.End.INTERRUPTED) {
        if (group.isFirst()) {
          finish(model, changed, description);
        }
        group.together(() -> null); // all end when everything is there
      }
      return result;
    }
  }

  /** How many processes the run began with. */
  private int begun() {
    String begun =
        group.isFirst()
            ? String.valueOf(
                RunEnvironment.processesOf(directory.environment()).orElse(group.size()))
            : "";
    return Integer.parseInt(group.textOf(0, begun));
  }

  /** The recipe comes first: where it is, a run began, and may be resumed. */
  private void begin(Engine engine, LoadedModel model, DeltaDescription description) {
    boolean isNew = !directory.isBegun();
    if (isNew) {
      AtomicFile.write(directory.recipe(), recipe.afresh().toYaml());
    }
    if (isNew || Files.notExists(directory.environment())) {
      AtomicFile.write(directory.environment(), environment(engine, model, description));
    }
  }

  private String environment(Engine engine, LoadedModel model, DeltaDescription description) {
    ObjectNode json =
        RunEnvironment.describe(
            engine,
            model.parameters().precision(),
            recipe.section(TrainingArguments.class).seed(),
            description.basePath(),
            description.baseFingerprint(),
            data.rows().report().files());
    if (!group.isAlone()) {
      json.put(RunEnvironment.PROCESSES, group.size());
    }
    json.set("method", describe(recipe, method));
    ObjectNode arguments = recipe.section(TrainingArguments.class).toJson();
    json.withObject("/engine")
        .<ObjectNode>set("frozen_dtype", arguments.get("frozen_dtype"))
        .<ObjectNode>set("offload", arguments.get("offload"))
        .set("shard_frozen", arguments.get("shard_frozen"));
    return JsonText.pretty(json);
  }

  /** The method, and what is replayed beside it. */
  static ObjectNode describe(Recipe recipe, Method method) {
    return recipe.section(ReplaySection.class).describedIn(method.description());
  }

  private TrainingResult train(
      LoadedModel model,
      Ranks ranks,
      DeltaDescription description,
      List<? extends TrainingListener> listeners,
      BooleanSupplier interrupted) {
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    PrefixCacheSection cache = recipe.section(PrefixCacheSection.class);
    TrainingTask task =
        method
            .begin(model.decoder(), region, data.train(), data.eval(), arguments)
            .withReplay(data.replay())
            .withRanks(ranks);
    Map<String, String> identity = new TreeMap<>(named(description.baseSample()));
    identity.put("number type", model.parameters().precision().name());
    TrainingCheckpoints checkpoints =
        TrainingCheckpoints.in(directory.checkpoints(), identity, arguments.saveTotalLimit())
            .resumingFrom(recipe.section(RunSection.class).resumeFromCheckpoint());
    try (RunLogs logs = group.isFirst() ? RunLogs.open(directory, arguments) : RunLogs.none();
        SharedPrefixes prefixes =
            new SharedPrefixes(model.decoder(), cache.storage(directory.path()))) {
      List<TrainingListener> all = new ArrayList<>(logs.listeners());
      all.addAll(listeners);
      TrainingTask whole =
          cache.prefixCache() ? task.withPrefix(prefixes.below(task.lowestLayer())) : task;
      try (MethodTask changed = method.onto(whole);
          Trainer trainer = new Trainer(changed.task(), all)) {
        TrainingResult result = trainer.checkpoints(checkpoints).run(interrupted);
        if (result.end() != TrainingResult.End.INTERRUPTED && group.isFirst()) {
          changed.completion().complete(description, directory.adapter());
        }
        return result;
      }
    }
  }

  /** What the weights that come out depend on, beside the number type. */
  RunIdentity identity() {
    return RunIdentity.of(recipe.section(TrainingArguments.class), data.train())
        .with(named(ImportanceRun.of(base).sha256()))
        .with(data.replay().identity())
        .with(Map.of("held-out rows", RowsFingerprint.of(data.eval()).sha256()));
  }

  private Map<String, String> named(String baseSample) {
    Map<String, String> named = new TreeMap<>(method.identity());
    named.put("base model", baseSample);
    named.put("region", region.text());
    named.put(
        "prefix_cache", String.valueOf(recipe.section(PrefixCacheSection.class).prefixCache()));
    return named;
  }

  /** Each appears whole or not at all; what a killed process had finished is not made again. */
  private void finish(LoadedModel model, Set<String> changed, DeltaDescription description) {
    if (Files.notExists(directory.delta())) {
      Delta.write(directory.delta(), model.parameters(), changed, description);
    }
    boolean merges = recipe.section(RunSection.class).saveMergedModel();
    if (merges && Files.notExists(directory.model())) {
      String card = ModelCard.of(description, base.directory(), 1);
      try (Delta delta = Delta.open(directory.delta())) {
        MergedModel.write(base, delta, 1, card, directory.model());
      }
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    base.close();
    claim.close();
  }
}
