package org.cofitune.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofitune.pipeline.Benchmark;
import org.cofitune.pipeline.BenchmarkResult;
import org.cofitune.pipeline.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a recipe costs on this machine. */
@Command(
    description = {
      "Trains two epochs over the first rows, asks questions and writes texts made of them, and says"
          + " how fast that was beside a plain matrix product of the same process, and how much"
          + " memory it took beside the least that it can do with. Nothing is kept.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune bench --model models/my-llama --data rows.jsonl --region 25%%-50%%:up_proj,down_proj",
      "  cofitune bench recipe.yaml --steps 20 --set prefix_cache=true --json",
      "",
      "docs/performance.md says what was measured, and how it compares."
    })
final class BenchCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description = "What is trained, for example 25%%-50%%:up_proj,down_proj (region).")
  private @Nullable String region;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Steps of an epoch that are measured, after one that is not (default: ${DEFAULT-VALUE}).")
  private int steps = Benchmark.DEFAULT_STEPS;

  @Option(names = "--training-only", description = "Leaves questions and texts out.")
  private boolean trainingOnly;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe =
        recipeOptions.resolve(r -> region == null ? r : r.withOption("region", region, "--region"));
    Benchmark whole = Benchmark.of(recipe, steps);
    Benchmark benchmark = trainingOnly ? whole.trainingOnly() : whole;
    try (Interruption interruption =
        Interruption.listen(console, "stopping after this step; nothing is kept")) {
      Optional<BenchmarkResult> result =
          benchmark.run(
              stage -> console.err().println("measuring " + stage), interruption::isRequested);
      result.ifPresent(this::print);
      return result.isPresent() ? ExitStatus.DONE : ExitStatus.INTERRUPTED;
    }
  }

  private void print(BenchmarkResult result) {
    if (common.json) {
      JsonOutput.print(console, result);
      return;
    }
    BenchmarkResult.Machine machine = result.machine();
    BenchmarkResult.Training training = result.training();
    Facts facts = new Facts(console);
    facts.print(
        "machine",
        "%s, %s, %d threads, a matrix product at %.1f GFLOP/s",
        machine.device(),
        machine.precision(),
        machine.threads(),
        machine.matrixFlops() / 1e9);
    facts.print(
        "start", "%s to a model that is ready", HumanNumbers.duration(machine.startSeconds()));
    facts.print(
        "training",
        "%s, region %s, %s parameters",
        training.method(),
        training.region(),
        HumanNumbers.count(training.trainedParameters()));
    facts.print(
        "speed",
        "%,.0f tokens/s over %d steps, %,.0f tokens/s in the second epoch",
        training.tokensPerSecond(),
        training.steps(),
        training.laterTokensPerSecond());
    facts.print(
        "roofline",
        "%.1f %%: %.1f GFLOP/s of what the step needs",
        100 * training.rooflineShare(),
        training.flops() / 1e9);
    facts.print(
        "memory",
        "%s at the peak: %.2f times weights and training state, %.2f times these and what a whole"
            + " micro batch leaves behind, %.2f times the estimate of %s",
        HumanNumbers.bytes(training.peakBytes()),
        training.overLeast(),
        training.overMicroBatch(),
        training.overEstimate(),
        HumanNumbers.bytes(training.estimatedBytes()));
    BenchmarkResult.Questions questions = result.questions();
    if (questions != null) {
      facts.print(
          "scoring", "%.1f questions a second, with four choices each", questions.perSecond());
    }
    BenchmarkResult.Writing writing = result.writing();
    if (writing != null) {
      facts.print(
          "texts", "%,.0f tokens/s, %d texts at once", writing.tokensPerSecond(), writing.texts());
    }
  }
}
