package org.cofitune.cli;

import java.nio.file.Path;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
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
  @Nullable Path delta;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = EngineOptions.DEFAULT_DEVICE,
      description = "cpu, cuda, cuda:N or auto (default: ${DEFAULT-VALUE}).")
  String device = EngineOptions.DEFAULT_DEVICE;

  private @Nullable Engine engine;

  /** The model, with the delta applied; the caller closes it. */
  LoadedModel open() {
    LoadedModel loaded = openBase(model);
    try {
      if (delta != null) {
        try (Delta opened = Delta.open(delta)) {
          opened.applyTo(loaded);
        }
      }
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
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
    if (delta == null) {
      return EvaluatedModel.fingerprint(model, null);
    }
    try (Delta opened = Delta.open(delta)) {
      return EvaluatedModel.fingerprint(model, opened);
    }
  }

  /** The model's name for people. */
  String name() {
    String base = lastName(model);
    return delta == null ? base : base + " + " + runName(delta.toAbsolutePath().normalize());
  }

  /** A delta lies in the folder of its run. */
  private static String runName(Path delta) {
    Path run = delta.getParent();
    return delta.endsWith("delta") && run != null ? lastName(run) : lastName(delta);
  }

  private static String lastName(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
