package org.cofitune.cli;

import java.util.concurrent.Callable;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.MatrixSpeed;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.pipeline.Estimate;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.WorkEstimate;
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
  private static final double GIB = 1L << 30;

  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "What is trained, for example 25%%-50%%:up_proj,down_proj (region).")
  private @Nullable String region;

  @Option(
      names = "--memory",
      paramLabel = "GIB",
      description =
          "Memory that training may take, for the largest batch that fits (default: this"
              + " machine's).")
  private @Nullable Double memory;

  @Option(
      names = "--nproc",
      paramLabel = "N",
      description =
          "Processes that share the run; memory and the largest batch are those of each (default:"
              + " 1).")
  private int processes = 1;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  EstimateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (processes < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible number of processes")
          .at("--nproc")
          .expected("1 or more")
          .found(processes)
          .next("correct the number")
          .build();
    }
    Recipe recipe =
        recipeOptions
            .resolve(r -> region == null ? r : r.withOption("region", region, "--region"))
            .require("estimate", "model_name_or_path");
    Estimate estimate =
        memory == null
            ? Estimate.of(recipe, processes)
            : Estimate.of(recipe, (long) (memory * GIB), processes);
    Time time = estimate.work() == null ? null : time(estimate.work(), recipe);
    if (common.json) {
      JsonOutput.print(console, new Report(estimate, time));
    } else {
      EstimateText text = new EstimateText(console);
      text.print(estimate);
      if (estimate.work() != null && time != null) {
        text.print(estimate.work());
        print(estimate.work(), time, text);
      }
    }
    return ExitStatus.DONE;
  }

  /**
   * How long it takes.
   *
   * @param flopsPerSecond of a matrix product, measured here
   * @param seconds at the share of that speed that training reaches
   */
  private record Time(double flopsPerSecond, double seconds) {}

  private record Report(Estimate estimate, @Nullable Time time) {}

  private static Time time(Estimate.Work work, Recipe recipe) {
    Engine engine = Engine.start(recipe.section(EngineOptions.class));
    double speed = MatrixSpeed.measure(engine, Precision.FLOAT32).flopsPerSecond();
    return new Time(speed, work.operations() / (WorkEstimate.SPEED_SHARE * speed));
  }

  private static void print(Estimate.Work work, Time time, EstimateText text) {
    text.fact(
        "time",
        "about %s: %s operations at %.0f %% of a matrix product's %.0f GFLOP/s",
        HumanNumbers.duration(time.seconds()),
        HumanNumbers.count((long) work.operations()),
        100 * WorkEstimate.SPEED_SHARE,
        time.flopsPerSecond() / 1e9);
  }
}
