package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.Delta;
import org.cofitune.model.ForgettingAwarePruning;
import org.cofitune.store.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes back that part of a delta which forgets most. */
@Command(
    description = {
      "Writes a new delta in which only a share of every tensor keeps its tuned values, all others"
          + " have the base's bytes: those stay that change much, and little for the size of their"
          + " base weight (Forgetting-Aware Pruning Metric, Huang et al. 2025). Needs no data.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune prune --model models/my-llama --delta runs/first/delta --keep 0.3 --out pruned",
      "  cofitune evaluate --model models/my-llama --delta pruned --tasks my-tasks/"
    })
final class PruneCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The base that the delta was trained from.")
  private Path model;

  @Option(
      names = "--delta",
      required = true,
      paramLabel = "DIR",
      description = "Folder \"delta\" of a run.")
  private Path delta;

  @Option(
      names = "--keep",
      required = true,
      paramLabel = "SHARE",
      description = "Share of every tensor that keeps its tuned values, 0 to 1.")
  private double keep;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "New folder of the pruned delta.")
  private Path out;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  PruneCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ForgettingAwarePruning.requireShare("--keep", keep);
    try (Delta whole = Delta.open(delta);
        Checkpoint base = Checkpoint.open(model)) {
      whole.description().requireBase(base);
      Engine.start(EngineOptions.defaults().withDevice("cpu"));
      ForgettingAwarePruning.write(base, whole, keep, out);
    }
    if (common.json) {
      JsonOutput.print(console, Map.of("delta", out.toString()));
    } else {
      console.out().println("delta    " + out);
    }
    return ExitStatus.DONE;
  }
}
