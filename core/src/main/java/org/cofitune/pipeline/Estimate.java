package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofitune.data.DataArguments;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Precision;
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

  /** Estimates the run of a recipe that names a model, and maybe rows. */
  public static Estimate of(Recipe recipe) {
    Path directory = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(directory);
    return of(recipe, directory, config, data(recipe, directory, config));
  }

  /** Estimates the run of a recipe whose rows were read. */
  static Estimate of(
      Recipe recipe, Path directory, ModelConfig config, Optional<TrainingData> data) {
    Region region =
        RegionParser.parse(recipe.section(RunSection.class).region(), config.numHiddenLayers());
    TrainingArguments arguments = recipe.section(TrainingArguments.class);
    int batch = arguments.perDeviceTrainBatchSize();
    long largest =
        data.map(rows -> largestBatch(rows.train(), batch))
            .orElseGet(() -> (long) batch * longestRow(recipe, config));
    List<TensorEntry> tensors = tensors(directory);
    long weights = tensors.stream().mapToLong(TensorEntry::bytes).sum();
    boolean wide = tensors.stream().allMatch(tensor -> tensor.type() == StoredType.F32);
    long parameters = ParameterNames.count(ParameterNames.shapes(config));
    TrainedShare share = TrainedShare.of(recipe, config, region);
    return new Estimate(
        config.modelType(),
        config.numHiddenLayers(),
        parameters,
        region.text(),
        share.numbers(),
        held(recipe, config, share, tensors)
            .of(
                MemoryEstimate.of(
                    config, share, weights, wide, arguments.gradientCheckpointing(), largest),
                arguments,
                largest),
        new Disk(
            share.numbers() * Disk.BYTES_PER_PARAMETER,
            arguments.saveTotalLimit() == 0 ? 0 : arguments.saveTotalLimit() + 1,
            share.changedNumbers() * weights / parameters,
            weights),
        data.map(rows -> work(rows, config, share, arguments)).orElse(null));
  }

  private static HeldMemory held(
      Recipe recipe, ModelConfig config, TrainedShare share, List<TensorEntry> tensors) {
    Map<String, Long> bytes =
        tensors.stream().collect(Collectors.toMap(TensorEntry::name, TensorEntry::bytes));
    MethodName method = recipe.section(MethodArguments.class).method();
    Optional<Precision> precision = recipe.section(RunSection.class).computing().precision();
    return new HeldMemory(
        config,
        share,
        KEEPING_BASE.contains(method),
        name -> bytes.getOrDefault(name, bytes.getOrDefault(ParameterNames.OUTPUT, 0L)),
        precision.orElse(Precision.FLOAT32).bytes());
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
      TrainingData data, ModelConfig config, TrainedShare share, TrainingArguments arguments) {
    long tokens = data.train().stream().mapToLong(TokenizedExample::tokens).sum();
    long supervised = data.train().stream().mapToLong(TokenizedExample::supervisedTokens).sum();
    int rows = data.train().size();
    long steps = TrainingPlan.of(arguments, rows).totalSteps();
    double passes = (double) steps * arguments.sequencesPerStep() / rows;
    WorkEstimate work = WorkEstimate.of(config, share, arguments.gradientCheckpointing());
    return new Work(
        rows,
        data.eval().size(),
        tokens,
        supervised,
        steps,
        arguments.sequencesPerStep(),
        work.operations(passes * tokens, passes * supervised));
  }

  private static int longestRow(Recipe recipe, ModelConfig config) {
    return Math.min(
        recipe.section(DataArguments.class).cutoffLen(), config.maxPositionEmbeddings());
  }

  private static long largestBatch(List<TokenizedExample> rows, int batch) {
    return rows.stream()
        .map(TokenizedExample::tokens)
        .sorted(Comparator.reverseOrder())
        .limit(batch)
        .mapToLong(Integer::longValue)
        .sum();
  }

  private static List<TensorEntry> tensors(Path directory) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Stream<String> names = checkpoint.tensorNames().stream();
      return names.map(checkpoint::entry).toList();
    }
  }
}
