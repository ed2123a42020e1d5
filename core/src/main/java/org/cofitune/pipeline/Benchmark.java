package org.cofitune.pipeline;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.MatrixSpeed;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.Generator;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.generate.ScoringRequest.ScoredSequence;
import org.cofitune.method.Method;
import org.cofitune.method.MethodTask;
import org.cofitune.model.FrozenHolding;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.DiskFault;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingResult;
import org.cofitune.train.TrainingTask;
import org.jspecify.annotations.Nullable;

/**
 * Measures a recipe on this machine: two epochs of training over the first rows, questions and
 * texts made of the same rows. Nothing is kept.
 *
 * <pre>{@code
 * BenchmarkResult result = Benchmark.of(recipe, 6).run(System.err::println, () -> false);
 * }</pre>
 */
public final class Benchmark {
  /** Steps of an epoch that are measured, where nobody says how many. */
  public static final int DEFAULT_STEPS = 6;

  private static final int EPOCHS = 2;
  private static final int QUESTIONS = 40;
  private static final int CHOICES = 4;
  private static final int TEXTS = 16;
  private static final int NEW_TOKENS = 64;
  private static final double NANOS = 1e-9;
  private static final double MILLIS = 1e-3;

  private final Recipe recipe;
  private final int steps;
  private final Path model;

  private final boolean trainingOnly;

  private Benchmark(Recipe recipe, int steps, Path model, boolean trainingOnly) {
    this.recipe = recipe;
    this.steps = steps;
    this.model = model;
    this.trainingOnly = trainingOnly;
  }

  /**
   * A benchmark of what a recipe trains, whatever it says about epochs, held-out rows and
   * checkpoints.
   *
   * @param steps of an epoch that are measured, at least one
   */
  public static Benchmark of(Recipe recipe, int steps) {
    if (steps < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "nothing to measure")
          .at("--steps")
          .expected("at least 1")
          .found(steps)
          .next("name more steps")
          .build();
    }
    recipe.require("bench", "model_name_or_path", "dataset");
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    String source = "the benchmark";
    Recipe measured =
        recipe
            .withDerived("num_train_epochs", EPOCHS, source)
            .withDerived("max_steps", TrainingArguments.NEVER, source)
            .withDerived("save_steps", TrainingArguments.NEVER, source)
            .withDerived("eval_steps", TrainingArguments.NEVER, source)
            .withDerived("load_best_model_at_end", false, source)
            .withDerived("early_stopping_patience", 0, source)
            .withDerived("val_size", 0, source);
    return new Benchmark(measured, steps, model, false);
  }

  /** The same without questions and texts. */
  public Benchmark trainingOnly() {
    return new Benchmark(recipe, steps, model, true);
  }

  /**
   * Measures.
   *
   * @param stage told what is measured next
   * @param interrupted asked after every step and between the parts
   * @return empty where it was interrupted
   * @throws CofituneException of kind RECIPE, DATA or FORMAT for whatever does not fit, as training
   *     says it; of kind DATA if there are too few rows
   */
  public Optional<BenchmarkResult> run(Consumer<String> stage, BooleanSupplier interrupted) {
    ModelConfig config = ModelConfigReader.read(model);
    Region region =
        RegionParser.parse(recipe.section(RunSection.class).region(), config.numHiddenLayers());
    try (Tokenizer tokenizer = Tokenizer.load(model);
        Checkpoint base = Checkpoint.open(model)) {
      Method method = TrainingRun.settle(recipe, config, region, base);
      TrainingData data = measured(TrainingData.read(recipe, tokenizer, config));
      List<TokenizedExample> rows = data.train();
      Engine engine = Engine.start(recipe.section(EngineOptions.class));
      Optional<Precision> precision = recipe.section(RunSection.class).computing().precision();
      FrozenHolding holding =
          recipe.section(TrainingArguments.class).holding(method.changed(config, region).keySet());
      try (LoadedModel loaded = LoadedModel.open(model, engine, precision, holding)) {
        double start = secondsOfThisProcess();
        stage.accept("a matrix product");
        BenchmarkResult.Machine machine = machine(engine, loaded, start);
        stage.accept("training");
        BenchmarkResult.Training training =
            train(loaded, method, region, data, machine.matrixFlops(), interrupted);
        if (training == null || interrupted.getAsBoolean()) {
          return Optional.empty();
        }
        if (trainingOnly) {
          return Optional.of(new BenchmarkResult(machine, training, null, null));
        }
        stage.accept("questions");
        BenchmarkResult.Questions questions = ask(loaded, rows);
        stage.accept("texts");
        return Optional.of(
            new BenchmarkResult(machine, training, questions, write(loaded, tokenizer, rows)));
      }
    }
  }

  /** The first rows alone. */
  private TrainingData measured(TrainingData data) {
    List<TokenizedExample> all = data.train();
    int needed = (steps + 1) * recipe.section(TrainingArguments.class).sequencesPerStep();
    if (all.size() < needed) {
      throw CofituneException.of(ErrorKind.DATA, "too few rows to measure")
          .at(recipe.section(DatasetSection.class).dataset().get(0))
          .expected(needed + " rows: " + steps + " steps and one before them")
          .found(all.size())
          .next("name fewer steps with --steps, or more rows")
          .build();
    }
    return new TrainingData(
        all.subList(0, needed),
        data.eval(),
        data.recipe(),
        data.rows(),
        data.evalRows(),
        data.replay());
  }

  private static double secondsOfThisProcess() {
    long begun = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - begun) * MILLIS;
  }

  private static BenchmarkResult.Machine machine(Engine engine, LoadedModel model, double start) {
    Precision precision = model.parameters().precision();
    return new BenchmarkResult.Machine(
        engine.deviceName(),
        precision.name(),
        engine.threads(),
        start,
        MatrixSpeed.measure(engine, precision).flopsPerSecond());
  }

  private BenchmarkResult.@Nullable Training train(
      LoadedModel loaded,
      Method method,
      Region region,
      TrainingData data,
      double matrixFlops,
      BooleanSupplier interrupted) {
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    TrainingTask task = method.begin(loaded.decoder(), region, data.train(), List.of(), arguments);
    PrefixCacheSection cache = recipe.section(PrefixCacheSection.class);
    List<TrainingEvent.StepTaken> taken = new ArrayList<>();
    Path spill = temporary();
    try (SharedPrefixes prefixes = new SharedPrefixes(loaded.decoder(), cache.storage(spill));
        MethodTask changed =
            method.onto(
                cache.prefixCache() ? task.withPrefix(prefixes.below(task.lowestLayer())) : task);
        Trainer trainer = new Trainer(changed.task(), List.of(event -> note(event, taken)))) {
      if (trainer.run(interrupted).end() == TrainingResult.End.INTERRUPTED) {
        return null;
      }
    } finally {
      AtomicDirectory.remove(spill);
    }
    long peak = ProcessMemory.now().peak();
    Estimate estimate = estimate(recipe, loaded.config(), data);
    Recipe whole = recipe.withOption("tokens_at_once", Integer.MAX_VALUE, "bench");
    MemoryEstimate batch = estimate(whole, loaded.config(), data).memory();
    return training(loaded.config(), method, region, estimate, batch, taken, matrixFlops, peak);
  }

  private Estimate estimate(Recipe of, ModelConfig config, TrainingData data) {
    return Estimate.of(of, model, config, Optional.of(data), RunEnvironment.memoryBytes(), 1);
  }

  private static void note(TrainingEvent event, List<TrainingEvent.StepTaken> taken) {
    if (event instanceof TrainingEvent.StepTaken step) {
      taken.add(step);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("cofitune-bench");
    } catch (IOException e) {
      throw DiskFault.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  private BenchmarkResult.Training training(
      ModelConfig config,
      Method method,
      Region region,
      Estimate estimate,
      MemoryEstimate wholeBatch,
      List<TrainingEvent.StepTaken> taken,
      double matrixFlops,
      long peak) {
    MemoryEstimate memory = estimate.memory();
    boolean recompute = recipe.section(TrainingArguments.class).gradientCheckpointing();
    WorkEstimate work = WorkEstimate.of(config, TrainedShare.of(recipe, config, region), recompute);
    List<TrainingEvent.StepTaken> first = taken.subList(1, taken.size() / EPOCHS);
    List<TrainingEvent.StepTaken> later = taken.subList(taken.size() / EPOCHS, taken.size());
    double flops =
        work.operations(
                sum(first, TrainingEvent.StepTaken::tokens),
                sum(first, TrainingEvent.StepTaken::supervisedTokens))
            / seconds(first);
    return new BenchmarkResult.Training(
        method.name().word(),
        region.text(),
        estimate.trainedParameters(),
        first.size(),
        sum(first, TrainingEvent.StepTaken::tokens) / seconds(first),
        sum(later, TrainingEvent.StepTaken::tokens) / seconds(later),
        flops,
        flops / matrixFlops,
        peak,
        memory.weightBytes() + memory.stateBytes(),
        memory.weightBytes() + memory.stateBytes() + wholeBatch.activationBytes(),
        memory.totalBytes());
  }

  private static double seconds(List<TrainingEvent.StepTaken> steps) {
    return steps.stream().mapToDouble(step -> step.speed().seconds()).sum();
  }

  private static double sum(
      List<TrainingEvent.StepTaken> steps, ToLongFunction<TrainingEvent.StepTaken> number) {
    return steps.stream().mapToLong(number).sum();
  }

  /** The prompt of a row, and the responses of that row and the next as choices. */
  private static BenchmarkResult.Questions ask(LoadedModel model, List<TokenizedExample> rows) {
    List<ScoringRequest> requests = new ArrayList<>();
    for (int i = 0; i < Math.min(QUESTIONS, rows.size()); i++) {
      int[] prompt = prompt(rows.get(i));
      List<ScoredSequence> choices = new ArrayList<>();
      for (int c = 0; c < CHOICES; c++) {
        int[] response = response(rows.get((i + c) % rows.size()));
        int[] ids = Arrays.copyOf(prompt, prompt.length + response.length);
        System.arraycopy(response, 0, ids, prompt.length, response.length);
        choices.add(new ScoredSequence(ids, prompt.length));
      }
      requests.add(new ScoringRequest(choices));
    }
    LogLikelihoodScorer scorer = new LogLikelihoodScorer(model.decoder());
    long start = System.nanoTime();
    scorer.score(requests, scored -> {});
    double seconds = (System.nanoTime() - start) * NANOS;
    return new BenchmarkResult.Questions(requests.size(), requests.size() / seconds);
  }

  private static BenchmarkResult.Writing write(
      LoadedModel model, Tokenizer tokenizer, List<TokenizedExample> rows) {
    List<int[]> prompts = rows.stream().limit(TEXTS).map(Benchmark::prompt).toList();
    GenerationConfig config = GenerationConfig.greedy(NEW_TOKENS, Set.of());
    Generator generator = new Generator(model.decoder(), tokenizer);
    long start = System.nanoTime();
    List<Generation> texts = generator.generate(prompts, config);
    double seconds = (System.nanoTime() - start) * NANOS;
    long tokens = texts.stream().mapToLong(text -> text.ids().length).sum();
    return new BenchmarkResult.Writing(texts.size(), tokens, tokens / seconds);
  }

  /** What comes before the first supervised token; at least one token. */
  private static int[] prompt(TokenizedExample row) {
    return Arrays.copyOf(row.ids(), promptLength(row));
  }

  private static int[] response(TokenizedExample row) {
    return Arrays.copyOfRange(row.ids(), promptLength(row), row.tokens());
  }

  private static int promptLength(TokenizedExample row) {
    int length = 1;
    while (row.labels()[length] == TokenizedExample.IGNORED) {
      length++;
    }
    return length;
  }
}
