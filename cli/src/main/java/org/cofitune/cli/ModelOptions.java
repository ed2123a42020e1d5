package org.cofitune.cli;

import java.nio.file.Path;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.WeightChange;
import org.cofitune.model.adapter.AdapterFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A checkpoint to run, with or without what training changed. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Hugging Face checkpoint.")
  Path model = Path.of("");

  @Option(
      names = "--delta",
      paramLabel = "DIR",
      description = "Delta of a run, put on top of the checkpoint in memory.")
  private @Nullable Path delta;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "LoRA adapter in peft's format, merged into the checkpoint in memory.")
  private @Nullable Path adapter;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = EngineOptions.DEFAULT_DEVICE,
      description = "cpu, cuda, cuda:N or auto (default: ${DEFAULT-VALUE}).")
  String device = EngineOptions.DEFAULT_DEVICE;

  private @Nullable Engine engine;

  /** The model, with the change applied; the caller closes it. */
  LoadedModel open() {
    try (WeightChange change = change()) {
      LoadedModel loaded = openBase(model);
      try {
        if (change != null) {
          change.applyTo(loaded);
        }
        return loaded;
      } catch (RuntimeException e) {
        loaded.close();
        throw e;
      }
    }
  }

  /** Whether anything is put on top of the checkpoint. */
  boolean isChanged() {
    return delta != null || adapter != null;
  }

  private @Nullable WeightChange change() {
    if (delta != null && adapter != null) {
      throw CofituneException.of(ErrorKind.RECIPE, "two changes of one model")
          .at("--adapter")
          .expected("--delta or --adapter")
          .found("both")
          .next("leave one of them out")
          .build();
    }
    if (adapter != null) {
      return AdapterFolder.open(adapter);
    }
    return delta == null ? null : Delta.open(delta);
  }

  /** A checkpoint as it is, on the same device; the caller closes it. */
  LoadedModel openBase(Path checkpoint) {
    if (engine == null) {
      engine = Engine.start(EngineOptions.defaults().withDevice(device));
    }
    return LoadedModel.open(checkpoint, engine);
  }

  /** What tells this model from every other; reads every weight once. */
  String fingerprint() {
    try (WeightChange change = change()) {
      return EvaluatedModel.fingerprint(model, change);
    }
  }

  /** The model's name for people. */
  String name() {
    String base = lastName(model);
    Path change = adapter == null ? delta : adapter;
    return change == null ? base : base + " + " + runName(change.toAbsolutePath().normalize());
  }

  /** A delta lies in the folder of its run, and so may an adapter. */
  private static String runName(Path change) {
    Path run = change.getParent();
    boolean inRun = change.endsWith("delta") || change.endsWith("adapter");
    return inRun && run != null ? lastName(run) : lastName(change);
  }

  private static String lastName(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
