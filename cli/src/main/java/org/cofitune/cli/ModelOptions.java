package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.WeightChange;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A checkpoint to run, with or without what training changed. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Hugging Face checkpoint.")
  Path model = Path.of("");

  @Mixin private ChangeOptions changeOptions = new ChangeOptions();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = EngineOptions.DEFAULT_DEVICE,
      description = "cpu, cuda, cuda:N or auto (default: ${DEFAULT-VALUE}).")
  String device = EngineOptions.DEFAULT_DEVICE;

  private @Nullable Engine engine;
  private ProcessGroup group = ProcessGroup.alone();

  /** The options of the engine that runs it. */
  EngineOptions engineOptions() {
    return EngineOptions.defaults().withDevice(device);
  }

  /** Shares the work with other processes. */
  void shareWith(ProcessGroup others) {
    group = others;
  }

  /** The model, with the change applied; the caller closes it. */
  LoadedModel open() {
    try (WeightChange change = changeOptions.open()) {
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
    return changeOptions.folder() != null;
  }

  /** A checkpoint as it is, on the same device; the caller closes it. */
  LoadedModel openBase(Path checkpoint) {
    if (engine == null) {
      engine = Engine.start(group.placed(engineOptions()));
    }
    return LoadedModel.open(checkpoint, engine, Optional.empty(), group);
  }

  /** What tells this model from every other; reads every weight once. */
  String fingerprint() {
    try (WeightChange change = changeOptions.open()) {
      return EvaluatedModel.fingerprint(model, change);
    }
  }

  /** The model's name for people. */
  String name() {
    String base = lastName(model);
    Path change = changeOptions.folder();
    return change == null ? base : base + " + " + runName(change.toAbsolutePath().normalize());
  }

  /** A delta lies in the folder of its run, and so may an adapter. */
  private static String runName(Path change) {
    Path run = change.getParent();
    boolean inRun = change.endsWith("delta") || change.endsWith("adapter");
    return inRun && run != null ? lastName(run) : lastName(change);
  }

  /** What is put on top of the checkpoint. */
  ChangeOptions change() {
    return changeOptions;
  }

  private static String lastName(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
