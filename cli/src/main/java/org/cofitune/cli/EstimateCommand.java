package org.cofitune.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.MatrixSpeed;
import org.cofitune.engine.Precision;
import org.cofitune.pipeline.Estimate;
import org.cofitune.pipeline.MemoryEstimate;
import org.cofitune.pipeline.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a run will need before anything is loaded. */
@Command(
    description = {
      "Counts parameters, memory, disk, and arithmetic of a training run from the checkpoint's"
          + " headers and the rows; no weight is read. The time is the arithmetic over the speed of"
          + " a matrix product measured here, of which training reaches a part.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune estimate recipe.yaml",
      "  cofitune estimate --model models/my-llama --region 25%%-50%%:ffn --set cutoff_len=1024"
    })
final class EstimateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "What is trained, for example 25%%-50%%:up_proj,down_proj (region).")
  private @Nullable String region;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  EstimateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe =
        recipeOptions
            .resolve(r -> region == null ? r : r.withOption("region", region, "--region"))
            .require("estimate", "model_name_or_path");
    Estimate estimate = Estimate.of(recipe);
    Time time = estimate.work() == null ? null : time(estimate.work(), recipe);
    if (common.json) {
      JsonOutput.print(console, new Report(estimate, time));
    } else {
      print(estimate);
      if (estimate.work() != null && time != null) {
        print(estimate.work(), time);
      }
    }
    return ExitStatus.DONE;
  }

  /**
   * How long it takes.
   *
   * @param flopsPerSecond of a matrix product, measured here
   * @param secondsAtLeast if training reached that speed
   */
  private record Time(double flopsPerSecond, double secondsAtLeast) {}

  private record Report(Estimate estimate, @Nullable Time time) {}

  private static Time time(Estimate.Work work, Recipe recipe) {
    Engine engine = Engine.start(recipe.section(EngineOptions.class));
    double speed = MatrixSpeed.measure(engine, Precision.FLOAT32).flopsPerSecond();
    return new Time(speed, work.operations() / speed);
  }

  private void print(Estimate estimate) {
    fact(
        "model",
        "%s, %d layers, %s parameters",
        estimate.modelType(),
        estimate.layers(),
        HumanNumbers.count(estimate.parameters()));
    fact(
        "trained",
        "%s parameters (%.2f %%), region %s",
        HumanNumbers.count(estimate.trainedParameters()),
        100.0 * estimate.trainedParameters() / estimate.parameters(),
        estimate.region());
    MemoryEstimate memory = estimate.memory();
    fact(
        "memory",
        "%s: weights %s, training state %s, activations of the largest batch %s, other %s",
        HumanNumbers.bytes(memory.totalBytes()),
        HumanNumbers.bytes(memory.weightBytes()),
        HumanNumbers.bytes(memory.stateBytes()),
        HumanNumbers.bytes(memory.activationBytes()),
        HumanNumbers.bytes(memory.widenedBytes() + memory.outputBytes()));
    Estimate.Disk disk = estimate.disk();
    fact(
        "disk",
        "merged model %s, delta %s, %s %s",
        HumanNumbers.bytes(disk.model()),
        HumanNumbers.bytes(disk.delta()),
        disk.checkpoints() == 0
            ? "each checkpoint"
            : "at most " + disk.checkpoints() + " checkpoints of",
        HumanNumbers.bytes(disk.checkpoint()));
  }

  private void print(Estimate.Work work, Time time) {
    fact(
        "rows",
        "%,d with %,d tokens, %,d supervised; %,d held out",
        work.rows(),
        work.tokens(),
        work.supervisedTokens(),
        work.heldOutRows());
    fact("steps", "%,d of %d rows", work.totalSteps(), work.rowsPerStep());
    fact(
        "time",
        "at least %s: %s operations at %.0f GFLOP/s",
        HumanNumbers.duration(time.secondsAtLeast()),
        HumanNumbers.count((long) work.operations()),
        time.flopsPerSecond() / 1e9);
  }

  private void fact(String name, String format, Object... values) {
    console.out().println("%-9s".formatted(name) + String.format(Locale.ROOT, format, values));
  }
}
