package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.MergedModel;
import org.cofitune.model.WeightChange;
import org.cofitune.pipeline.ModelCard;
import org.cofitune.store.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes base and delta as one checkpoint. */
@Command(
    description = {
      "Writes base and delta, or base and LoRA adapter, as one Hugging Face checkpoint with tokenizer,"
          + " template, generation settings, and a model card: base + alpha * (tuned - base) for the"
          + " trained tensors, the base's bytes for all others.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune merge --model models/my-llama --delta runs/first/delta --out models/tuned",
      "  cofitune merge --model models/my-llama --adapter runs/lora/adapter --out models/tuned",
      "  cofitune merge --model models/my-llama --delta runs/first/delta --out models/half --alpha 0.5"
    })
final class MergeCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The base that the delta or adapter was trained from.")
  private Path model;

  @Mixin private ChangeOptions changeOptions = new ChangeOptions();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "New folder of the merged checkpoint.")
  private Path out;

  @Option(
      names = "--alpha",
      defaultValue = "1",
      paramLabel = "A",
      description = "Part of the change to merge, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double alpha;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  MergeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible part of the change")
          .at("--alpha")
          .expected("0 to 1")
          .found(alpha)
          .build();
    }
    try (WeightChange change = changeOptions.require("nothing to merge");
        Checkpoint base = Checkpoint.open(model)) {
      change.requireBase(base);
      Engine.start(EngineOptions.defaults().withDevice("cpu"));
      String card = ModelCard.of(change.description(base), model, alpha);
      MergedModel.write(base, change, alpha, card, out);
    }
    if (common.json) {
      JsonOutput.print(console, Map.of("model", out.toString()));
    } else {
      console.out().println("model    " + out);
    }
    return ExitStatus.DONE;
  }
}
