package org.cofitune.cli;

import java.nio.file.Path;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
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

  /** The model, with the delta applied; the caller closes it. */
  LoadedModel open() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice(device));
    LoadedModel loaded = LoadedModel.open(model, engine);
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
}
