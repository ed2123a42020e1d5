package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.cofitune.importance.RowFactors;
import org.cofitune.method.LoraTraining;
import org.cofitune.method.Method;
import org.cofitune.method.SoftMaskTraining;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.store.Checkpoint;
import org.cofitune.train.LearningRateSchedule;
import org.cofitune.train.TrainingArguments;
import org.jspecify.annotations.Nullable;

/**
 * What a training run will train, mask, and leave alone, from headers, importance, and rows; no
 * weight is loaded.
 *
 * @param method as a delta would describe it
 * @param modules every module of the model, in the order of the forward pass
 * @param schedule of the learning rate, where the recipe names rows
 * @param estimate of memory, disk, and work
 */
public record Explanation(
    JsonNode method, List<ModuleShare> modules, @Nullable Schedule schedule, Estimate estimate) {

  /**
   * The learning rate over a run.
   *
   * @param type its shape
   * @param warmupSteps steps that it rises in
   * @param rates at its turning points, in the order of steps
   */
  public record Schedule(String type, long warmupSteps, List<Rate> rates) {}

  /**
   * The learning rate of one step.
   *
   * @param step number of the step, from 1
   */
  public record Rate(long step, double learningRate) {}

  public Explanation {
    modules = List.copyOf(modules);
  }

  /**
   * Explains the run of a recipe that names a model, and maybe rows.
   *
   * @throws org.cofitune.error.CofituneException as {@link TrainingRun#prepare}
   */
  public static Explanation of(Recipe recipe) {
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(model);
    Region region =
        RegionParser.parse(recipe.section(RunSection.class).region(), config.numHiddenLayers());
    Method method;
    try (Checkpoint base = Checkpoint.open(model)) {
      CheckpointParameters.match(model, config, base.specs());
      method = TrainingRun.settle(recipe, config, region, base);
    }
    Optional<RowFactors> factors =
        method instanceof SoftMaskTraining masked
            ? Optional.of(masked.factors())
            : Optional.empty();
    Estimate estimate = Estimate.of(recipe);
    return new Explanation(
        TrainingRun.describe(recipe, method),
        ModuleShare.of(
            config,
            method.changed(config, region).keySet(),
            method instanceof LoraTraining ? ModuleShare.Fate.ADAPTED : ModuleShare.Fate.TRAINED,
            factors),
        estimate.work() == null
            ? null
            : schedule(recipe.section(TrainingArguments.class), estimate.work().totalSteps()),
        estimate);
  }

  private static Schedule schedule(TrainingArguments arguments, long totalSteps) {
    LearningRateSchedule schedule = LearningRateSchedule.of(arguments, totalSteps);
    long warmup = Math.min(schedule.warmupSteps(), totalSteps - 1);
    List<Rate> rates =
        LongStream.of(0, warmup, totalSteps / 2, totalSteps - 1)
            .distinct()
            .sorted()
            .mapToObj(step -> new Rate(step + 1, schedule.at(step)))
            .toList();
    String type = arguments.lrSchedulerType().name().toLowerCase(Locale.ROOT);
    return new Schedule(type, schedule.warmupSteps(), rates);
  }
}
