package org.cofitune.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofitune.data.DataArguments;
import org.cofitune.data.DataFiles;
import org.cofitune.data.ExampleReader;
import org.cofitune.data.ExampleTokenizer;
import org.cofitune.data.Supervised;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.importance.Importance;
import org.cofitune.importance.ImportanceCorpus;
import org.cofitune.importance.ImportanceDescription;
import org.cofitune.importance.ImportanceEstimator;
import org.cofitune.importance.ImportanceFolder;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.importance.ImportanceSettings;
import org.cofitune.importance.ModelCheck;
import org.cofitune.method.MethodArguments;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.RunIdentity;

/**
 * One measurement of importance: a recipe in, a folder of importance out. {@link #prepare} checks
 * everything that can be checked without weights; {@link #execute} loads them and measures, from
 * where an interrupted measurement had come.
 *
 * <pre>{@code
 * try (ImportanceRun run = ImportanceRun.prepare(recipe, Optional.empty())) {
 *   Optional<Importance> importance = run.execute(progress::show, () -> false);
 * }
 * }</pre>
 */
public final class ImportanceRun implements AutoCloseable {
  private final Recipe recipe;
  private final Path directory;
  private final Path model;
  private final Optional<Delta> delta;
  private final String fingerprint;
  private final ImportanceCorpus corpus;
  private Optional<Importance> finished = Optional.empty();

  private ImportanceRun(
      Recipe recipe,
      Path directory,
      Path model,
      Optional<Delta> delta,
      String fingerprint,
      ImportanceCorpus corpus) {
    this.recipe = recipe;
    this.directory = directory;
    this.model = model;
    this.delta = delta;
    this.fingerprint = fingerprint;
    this.corpus = corpus;
  }

  /**
   * Checks recipe, checkpoint, rows, and folder.
   *
   * @param deltaFolder of what training changed about the model, if that is to count
   * @throws CofituneException of kind RECIPE, DATA, or FORMAT for whatever does not fit; of kind
   *     RECIPE too if the folder holds another measurement
   */
  public static ImportanceRun prepare(Recipe recipe, Optional<Path> deltaFolder) {
    ImportanceRun run = open(recipe, deltaFolder);
    try {
      run.lookUp();
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /** As {@link #prepare}, before anybody looks at what is in the folder. */
  static ImportanceRun open(Recipe recipe, Optional<Path> deltaFolder) {
    recipe.require("importance", "model_name_or_path", "importance.dataset", "importance_dir");
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    Path directory = Objects.requireNonNull(recipe.section(MethodArguments.class).importanceDir());
    ModelConfig config = ModelConfigReader.read(model);
    Optional<Delta> delta = deltaFolder.map(Delta::open);
    try (Checkpoint base = Checkpoint.open(model)) {
      CheckpointParameters.match(model, config, base.specs());
      delta.ifPresent(change -> change.description().requireBase(base));
      String fingerprint = delta.map(Delta::fingerprint).orElseGet(() -> of(base)).sha256();
      ImportanceCorpus corpus = corpus(recipe, model, config);
      return new ImportanceRun(recipe, directory, model, delta, fingerprint, corpus);
    } catch (RuntimeException e) {
      delta.ifPresent(Delta::close);
      throw e;
    }
  }

  /** The fingerprint that importance carries of the model that it was measured on. */
  static Fingerprint of(Checkpoint base) {
    return Fingerprint.ofCheckpointSample(base);
  }

  private static ImportanceCorpus corpus(Recipe recipe, Path model, ModelConfig config) {
    CorpusSection section = recipe.section(CorpusSection.class);
    DataArguments asked = recipe.section(DataArguments.class);
    int longest = Math.min(asked.cutoffLen(), config.maxPositionEmbeddings());
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ExampleTokenizer rows =
          new ExampleTokenizer(
              tokenizer,
              PromptFormat.of(model, tokenizer, asked.template()),
              Supervised.ALL,
              config.vocabSize());
      List<TokenizedExample> examples =
          ExampleReader.ofText(rows, asked.withCutoffLen(longest))
              .read(DataFiles.of(section.dataset()).files())
              .examples();
      int limit = section.maxSamples() == 0 ? examples.size() : section.maxSamples();
      try {
        return new ImportanceCorpus(
            section.name(), examples.subList(0, Math.min(limit, examples.size())));
      } catch (CofituneException e) {
        throw e.at(recipe.origin("importance.corpus") + ": importance.corpus");
      }
    }
  }

  /**
   * Finds what is in the folder.
   *
   * @throws CofituneException of kind RECIPE if that is another measurement
   */
  void lookUp() {
    finished = found();
  }

  private Optional<Importance> found() {
    ModelConfig config = ModelConfigReader.read(model);
    Path folder = directory.resolve(corpus.name());
    if (!ImportanceFolder.isFolder(folder)) {
      AtomicDirectory.requireVacant(folder);
      return Optional.empty();
    }
    Path file = folder.resolve(ImportanceDescription.FILE);
    if (!Files.exists(file)) {
      AtomicDirectory.requireVacant(folder); // the authors' files: nobody knows of what
    }
    Importance found = ImportanceFolder.read(folder, config, fingerprint, ModelCheck.SAME_MODEL);
    found
        .description()
        .orElseThrow()
        .requireOf(file, fingerprint, corpus, recipe.section(ImportanceSettings.class));
    return Optional.of(found);
  }

  /** What the result depends on, beside the number type. */
  RunIdentity identity() {
    return new RunIdentity(
            Map.of("model", fingerprint, "importance rows", corpus.fingerprint().sha256()))
        .with(settings());
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    SectionBinder.tree(recipe.section(ImportanceSettings.class))
        .properties()
        .forEach(e -> settings.put("importance." + e.getKey(), e.getValue().asText()));
    settings.remove("importance.memory");
    return settings;
  }

  /** The result, if this very measurement was made before. */
  public Optional<Importance> finished() {
    return finished;
  }

  /** What is measured. */
  public ImportanceCorpus corpus() {
    return corpus;
  }

  /** The folder that the result goes to. */
  public Path folder() {
    return directory.resolve(corpus.name());
  }

  /**
   * Measures, unless that was done before.
   *
   * @param listener told after every batch
   * @param interrupted asked after every batch; when true, what is done is saved
   * @return empty if interrupted
   * @throws CofituneException of kind TRAINING if a gradient is not a number or the disk refuses
   */
  public Optional<Importance> execute(
      Consumer<ImportanceProgress> listener, BooleanSupplier interrupted) {
    return execute(listener, interrupted, ProcessGroup.alone());
  }

  /**
   * As {@link #execute(Consumer, BooleanSupplier)}, with processes that measure batches in turns;
   * the first keeps what comes of it.
   */
  public Optional<Importance> execute(
      Consumer<ImportanceProgress> listener, BooleanSupplier interrupted, ProcessGroup group) {
    if (finished.isPresent()) {
      if (group.isFirst()) {
        ImportanceEstimator.removeUnfinished(directory, corpus.name());
      }
      return finished;
    }
    Engine engine = Engine.start(group.placed(recipe.section(EngineOptions.class)));
    Optional<Precision> precision =
        recipe
            .section(RunSection.class)
            .computing()
            .precision()
            .or(() -> ImportanceEstimator.precisionOfUnfinished(directory, corpus.name()));
    try (LoadedModel loaded = LoadedModel.open(model, engine, precision, group)) {
      delta.ifPresent(change -> change.applyTo(loaded));
      try (ImportanceEstimator estimator =
          new ImportanceEstimator(
              loaded.config(),
              loaded.parameters(),
              fingerprint,
              recipe.section(ImportanceSettings.class),
              listener)) {
        return estimator.measureInto(directory, corpus, interrupted, group);
      }
    }
  }

  @Override
  public void close() {
    delta.ifPresent(Delta::close);
  }
}
