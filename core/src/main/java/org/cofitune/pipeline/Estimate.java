package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofitune.data.DataArguments;
import org.cofitune.data.TokenizedExample;
import org.cofitune.method.MethodArguments;
import org.cofitune.method.MethodName;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.StoredType;
import org.cofitune.store.TensorEntry;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingPlan;
import org.jspecify.annotations.Nullable;

/**
 * What a training run will need, from headers and rows alone; no weight is read.
 *
 * @param modelType family of the model
 * @param layers its decoder layers
 * @param parameters all of them
 * @param region what is trained, with layer indices
 * @param trainedParameters numbers that the optimizer moves
 * @param memory at the peak
 * @param fit the largest batch that a machine's memory has room for
 * @param disk what the run leaves behind
 * @param work rows, steps, and arithmetic, where the recipe names rows
 */
public record Estimate(
    String modelType,
    int layers,
    long parameters,
    String region,
    long trainedParameters,
    MemoryEstimate memory,
    Fit fit,
    Disk disk,
    @Nullable Work work) {

  /** Methods that compare with the weights that training began with. */
  private static final Set<MethodName> KEEPING_BASE =
      Set.of(MethodName.KL, MethodName.L1, MethodName.L2);

  /**
   * Bytes on the disk.
   *
   * @param checkpoint one of the checkpoints: master weights and moments
   * @param checkpoints how many are kept at most, the one being written included; 0 for all
   * @param delta the trained tensors
   * @param model the merged checkpoint
   */
  public record Disk(long checkpoint, int checkpoints, long delta, long model) {
    static final long BYTES_PER_PARAMETER = 12;
  }

  /**
   * How much there is to do.
   *
   * @param rows to train on
   * @param heldOutRows scored now and then
   * @param tokens of the rows, once
   * @param supervisedTokens of the rows, once
   * @param totalSteps optimizer steps
   * @param rowsPerStep of each step
   * @param operations floating point operations of all steps, without held-out rows
   */
  public record Work(
      int rows,
      int heldOutRows,
      long tokens,
      long supervisedTokens,
      long totalSteps,
      int rowsPerStep,
      double operations) {}

  /**
   * The largest {@code per_device_train_batch_size} that fits.
   *
   * @param budgetBytes of memory
   * @param batch rows; 0 where not even one does
   * @param holdsEveryRow whether that is every row that there is
   */
  public record Fit(long budgetBytes, int batch, boolean holdsEveryRow) {
    /** More rows at once bring nothing, where their number is not known. */
    static final int MOST = 1 << 16;

    /** For Java's own heap and the libraries. */
    private static final long RESERVED = 1L << 30;

    /**
     * The largest batch.
     *
     * @param asked where the search begins
     * @param most rows that there are
     */
    static Fit of(IntFunction<MemoryEstimate> memory, int asked, int most, long budget) {
      long room = budget - RESERVED;
      int fits = 0;
      int tooMany = most + 1;
      int next = Math.min(asked, most);
      while (tooMany - fits > 1) {
        if (memory.apply(next).totalBytes() <= room) {
          fits = next;
        } else {
          tooMany = next;
        }
        next = tooMany > most ? Math.min(most, 2 * fits) : (fits + tooMany) >>> 1;
      }
      return new Fit(budget, fits, fits == most && most < MOST);
    }
  }

  /** Estimates the run of a recipe that names a model, and maybe rows, on this machine. */
  public static Estimate of(Recipe recipe) {
    return of(recipe, RunEnvironment.memoryBytes(), 1);
  }

  /**
   * The same for one of the processes that share a run.
   *
   * @param processes how many
   */
  public static Estimate of(Recipe recipe, int processes) {
    return of(recipe, RunEnvironment.memoryBytes(), processes);
  }

  /**
   * Estimates the run of a recipe that names a model, and maybe rows.
   *
   * @param budget bytes of memory that each process may take
   * @param processes that share the run
   */
  public static Estimate of(Recipe recipe, long budget, int processes) {
    Path directory = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(directory);
    return of(recipe, directory, config, data(recipe, directory, config), budget, processes);
  }

  /** Estimates the run of a recipe whose rows were read. */
  static Estimate of(
      Recipe recipe,
      Path directory,
      ModelConfig config,
      Optional<TrainingData> data,
      long budget,
      int processes) {
    Region region =
        RegionParser.parse(recipe.section(RunSection.class).region(), config.numHiddenLayers());
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    List<TensorEntry> tensors = tensors(directory);
    long weights = tensors.stream().mapToLong(TensorEntry::bytes).sum();
    boolean wide = tensors.stream().allMatch(tensor -> tensor.type() == StoredType.F32);
    long parameters = ParameterNames.count(ParameterNames.shapes(config));
    TrainedShare share = TrainedShare.of(recipe, config, region);
    HeldMemory held = held(recipe, config, share, tensors, processes);
    IntFunction<MemoryEstimate> memory =
        rows -> {
          MemoryEstimate.Batch batch =
              data.map(read -> largestBatch(read.train(), rows, arguments.tokensAtOnce()))
                  .orElseGet(() -> longestRows(rows, recipe, config));
          return held.of(
              MemoryEstimate.of(
                  config, share, weights, wide, arguments.gradientCheckpointing(), batch),
              arguments,
              batch.tokens());
        };
    return new Estimate(
        config.modelType(),
        config.numHiddenLayers(),
        parameters,
        region.text(),
        share.numbers(),
        memory.apply(arguments.perDeviceTrainBatchSize()),
        Fit.of(
            memory,
            arguments.perDeviceTrainBatchSize(),
            data.map(rows -> Math.max(1, rows.train().size())).orElse(Fit.MOST),
            budget),
        new Disk(
            share.numbers() * Disk.BYTES_PER_PARAMETER,
            arguments.saveTotalLimit() == 0 ? 0 : arguments.saveTotalLimit() + 1,
            share.changedNumbers() * weights / parameters,
            weights),
        data.map(rows -> work(rows, config, share, recipe)).orElse(null));
  }

  private static HeldMemory held(
      Recipe recipe,
      ModelConfig config,
      TrainedShare share,
      List<TensorEntry> tensors,
      int processes) {
    Map<String, Long> bytes =
        tensors.stream().collect(Collectors.toMap(TensorEntry::name, TensorEntry::bytes));
    MethodName method = recipe.section(MethodArguments.class).method();
    return new HeldMemory(
        config,
        share,
        KEEPING_BASE.contains(method),
        name -> bytes.getOrDefault(name, bytes.getOrDefault(ParameterNames.OUTPUT, 0L)),
        recipe.section(RunSection.class).computing().bytes(),
        processes);
  }

  private static Optional<TrainingData> data(Recipe recipe, Path directory, ModelConfig config) {
    if (recipe.section(DatasetSection.class).dataset().isEmpty()) {
      return Optional.empty();
    }
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      return Optional.of(TrainingData.read(recipe, tokenizer, config));
    }
  }

  private static Work work(
      TrainingData data, ModelConfig config, TrainedShare share, Recipe recipe) {
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    long tokens = data.train().stream().mapToLong(TokenizedExample::tokens).sum();
    long supervised = data.train().stream().mapToLong(TokenizedExample::supervisedTokens).sum();
    int rows = data.train().size();
    long steps = TrainingPlan.of(arguments, rows).totalSteps();
    double passes = (double) steps * arguments.sequencesPerStep() / rows;
    WorkEstimate work = WorkEstimate.of(config, share, arguments.gradientCheckpointing());
    boolean cached = recipe.section(PrefixCacheSection.class).prefixCache();
    double remembered = cached ? Math.max(0, passes - 1) * tokens : 0;
    return new Work(
        rows,
        data.eval().size(),
        tokens,
        supervised,
        steps,
        arguments.sequencesPerStep(),
        work.operations(passes * tokens, passes * supervised) - remembered * work.perTokenBelow());
  }

  /** What goes through the model together, of rows that are all as long as they may be. */
  private static MemoryEstimate.Batch longestRows(int rows, Recipe recipe, ModelConfig config) {
    int row =
        Math.min(recipe.section(DataArguments.class).cutoffLen(), config.maxPositionEmbeddings());
    long most = Math.max(row, recipe.section(TrainingArguments.class).tokensAtOnce());
    long tokens = Math.min((long) rows * row, most);
    return new MemoryEstimate.Batch(tokens, tokens);
  }

  /** What goes through the model together of the longest rows. */
  private static MemoryEstimate.Batch largestBatch(
      List<TokenizedExample> rows, int batch, int tokensAtOnce) {
    List<TokenizedExample> longest =
        rows.stream()
            .sorted(Comparator.comparingInt((TokenizedExample row) -> -row.tokens()))
            .limit(batch)
            .toList();
    long tokens = longest.stream().mapToLong(TokenizedExample::tokens).sum();
    long supervised = longest.stream().mapToLong(TokenizedExample::supervisedTokens).sum();
    long most =
        longest.stream().mapToLong(row -> Math.max(row.tokens(), tokensAtOnce)).max().orElse(0);
    return tokens <= most
        ? new MemoryEstimate.Batch(tokens, supervised)
        : new MemoryEstimate.Batch(most, Math.round((double) supervised * most / tokens));
  }

  private static List<TensorEntry> tensors(Path directory) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Stream<String> names = checkpoint.tensorNames().stream();
      return names.map(checkpoint::entry).toList();
    }
  }
}
