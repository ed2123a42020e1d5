package org.cofitune.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.pipeline.Explanation;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.pipeline.TrainingRun;
import org.cofitune.train.TrainingListener;
import org.cofitune.train.TrainingResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a region of a model. */
@Command(
    customSynopsis = {
      "cofitune train --model DIR --data FILE... --out DIR [--region REGION]",
      "                      [--method METHOD --importance DIR] [--set KEY=VALUE]...",
      "       cofitune train recipe.yaml [--resume] [--set KEY=VALUE]..."
    },
    description = {
      "Trains a region of a model on rows and leaves every other parameter as it is. The run's folder"
          + " gets the trained tensors (delta), a whole checkpoint that other tools load (model),"
          + " checkpoints to resume from, and a log of every step. Recipe, checkpoint, rows, and disk"
          + " are checked before weights load.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune train --model models/my-llama --data rows.jsonl --out runs/first \\",
      "      --region 25%%-50%%:up_proj,down_proj",
      "  cofitune train --model models/my-llama --data rows.jsonl --out runs/masked \\",
      "      --region 25%%-50%%:up_proj,down_proj --method cofitune --importance runs/importance",
      "  cofitune train --model models/my-llama --data rows.jsonl --out runs/lora --method lora \\",
      "      --set lora.rank=16 --set learning_rate=2e-4",
      "  cofitune train recipe.yaml --set learning_rate=1e-5 --set val_size=0.05",
      "  cofitune train recipe.yaml --explain",
      "  cofitune train recipe.yaml --resume",
      "",
      "Ctrl-C saves a checkpoint after the step in progress; --resume goes on from it."
    })
final class TrainCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the run; new, or interrupted with --resume (output_dir).")
  private @Nullable Path out;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description =
          "What is trained: 25%%-50%%:up_proj,down_proj, 8-15:ffn, middle:mha, or all for the whole"
              + " model (region).")
  private @Nullable String region;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description =
          "region trains the region plainly, cofitune with the soft mask; full and v-softmask do so"
              + " with the whole model; lora trains adapters of the region's projections. Rivals, see"
              + " docs/methods.md: l1, l2 (penalty towards the base), kl (divergence from its"
              + " predictions), dft, eaft (weighted tokens), hft (a random half) (method).")
  private @Nullable String method;

  @Option(
      names = "--importance",
      paramLabel = "DIR",
      description = "What the soft mask spares, from cofitune importance (importance_dir).")
  private @Nullable Path importance;

  @Option(
      names = "--resume",
      description = "Go on from the last checkpoint in --out, if there is one (resume).")
  private boolean resume;

  @Option(
      names = "--explain",
      description =
          "Print what would be trained, masked, and frozen, with memory and steps, and stop; no"
              + " weight is loaded.")
  private boolean explain;

  @Mixin private DryRunOption dryRunOption = new DryRunOption();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  TrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve(this::withOptions);
    if (dryRunOption.dryRun) {
      TrainingRun.check(recipe);
    }
    if (explain || dryRunOption.dryRun) {
      return explain(recipe);
    }
    return new SharedCommand(console, common.debug)
        .run(recipe.section(EngineOptions.class), (group, own) -> train(recipe, group, own));
  }

  private int explain(Recipe recipe) {
    Explanation explanation = Explanation.of(recipe.require("train", "model_name_or_path"));
    if (common.json) {
      JsonOutput.print(console, explanation);
    } else {
      new ExplanationText(console).print(explanation);
    }
    return ExitStatus.DONE;
  }

  private int train(Recipe recipe, ProcessGroup group, Console own) {
    try (TrainingRun run = TrainingRun.prepare(recipe, group);
        Interruption interruption =
            Interruption.listen(own, "stopping: a checkpoint is saved after this step")) {
      TrainingResult result = execute(run, own, interruption);
      boolean interrupted = result.end() == TrainingResult.End.INTERRUPTED;
      Report report = Report.of(result, run.directory());
      if (common.json) {
        JsonOutput.print(own, report);
      } else if (interrupted) {
        own.err().println("stopped after step " + result.steps() + "; go on with --resume");
      } else {
        print(report, own);
      }
      return interrupted ? ExitStatus.INTERRUPTED : ExitStatus.DONE;
    }
  }

  private Recipe withOptions(Recipe recipe) {
    Recipe changed = recipe;
    if (out != null) {
      changed = changed.withOption("output_dir", out, "--out");
    }
    if (region != null) {
      changed = changed.withOption("region", region, "--region");
    }
    if (method != null) {
      changed = changed.withOption("method", method, "--method");
    }
    if (importance != null) {
      changed = changed.withOption("importance_dir", importance, "--importance");
    }
    return resume ? changed.withOption("resume", true, "--resume") : changed;
  }

  private static TrainingResult execute(TrainingRun run, Console own, Interruption interruption) {
    if (!own.errTerminal()) {
      TrainingListener lines = new ProgressLines(own);
      return run.execute(List.of(lines), interruption::isRequested);
    }
    try (ProgressDisplay display = new ProgressDisplay(own)) {
      return run.execute(List.of(display), interruption::isRequested);
    }
  }

  /** What the command leaves, for {@code --json}. */
  private record Report(
      String end,
      long steps,
      long weightsStep,
      double trainLoss,
      @Nullable Double evalLoss,
      String run,
      @Nullable String delta,
      @Nullable String adapter,
      @Nullable String model) {

    static Report of(TrainingResult result, RunDirectory directory) {
      boolean complete = result.end() != TrainingResult.End.INTERRUPTED;
      return new Report(
          result.end().name().toLowerCase(Locale.ROOT),
          result.steps(),
          result.weightsStep(),
          result.trainLoss(),
          result.evalLoss().isPresent() ? result.evalLoss().getAsDouble() : null,
          directory.path().toString(),
          complete ? directory.delta().toString() : null,
          complete ? ifThere(directory.adapter()) : null,
          complete ? ifThere(directory.model()) : null);
    }

    private static @Nullable String ifThere(Path folder) {
      return Files.exists(folder) ? folder.toString() : null;
    }
  }

  private static void print(Report report, Console own) {
    String heldOut =
        report.evalLoss() == null
            ? ""
            : String.format(Locale.ROOT, ", held-out loss %.4f", report.evalLoss());
    own.out()
        .println(
            String.format(Locale.ROOT, "loss     %.4f in training%s", report.trainLoss(), heldOut));
    own.out().println("delta    " + report.delta());
    if (report.adapter() != null) {
      own.out().println("adapter  " + report.adapter());
    }
    if (report.model() != null) {
      own.out().println("model    " + report.model());
    }
  }
}
