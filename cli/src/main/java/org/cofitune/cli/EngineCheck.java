package org.cofitune.cli;

import java.util.List;
import java.util.Locale;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.MatrixSpeed;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;

/** Starts the engine and measures it: the native libraries work, or say why not. */
final class EngineCheck {
  private EngineCheck() {}

  static List<Finding> run() {
    try {
      Engine engine = Engine.start(EngineOptions.defaults());
      MatrixSpeed speed = MatrixSpeed.measure(engine, Precision.FLOAT32);
      return List.of(
          Finding.ok(
              "engine",
              "%s on %s, %d threads"
                  .formatted(
                      Engine.libtorchVersion(),
                      engine.device().str().getString(),
                      engine.threads())),
          Finding.ok("matrix library", engine.blas().name() + ", " + engine.blas().reason()),
          Finding.ok(
              "matrix speed",
              String.format(Locale.ROOT, "%.0f GFLOP/s in float32", speed.flopsPerSecond() / 1e9)),
          Finding.ok(
              "arithmetic",
              "weights stored in bfloat16 compute in "
                  + engine.fastestForBfloat16().name().toLowerCase(Locale.ROOT)
                  + ", the fastest here"));
    } catch (CofituneException e) {
      return List.of(
          Finding.missing(
              "engine", String.valueOf(e.getMessage()), "nothing that computes will run here"));
    }
  }
}
