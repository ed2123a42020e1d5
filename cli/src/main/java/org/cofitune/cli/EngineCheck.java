package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cofitune.engine.CudaInstallation;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.MatrixSpeed;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;

/** Starts the engine and measures it: the native libraries work, or say why not. */
final class EngineCheck {
  private static final double GIGA = 1e9;

  private EngineCheck() {}

  static List<Finding> run(String device) {
    List<Finding> findings = new ArrayList<>();
    if (device.startsWith("cuda")) {
      findings.addAll(CudaCheck.run(CudaInstallation.ofThisMachine()));
    }
    try {
      Engine engine = Engine.start(EngineOptions.defaults().withDevice(device));
      findings.add(
          Finding.ok(
              "engine",
              "%s on %s, %d threads"
                  .formatted(Engine.libtorchVersion(), engine.deviceName(), engine.threads())));
      findings.add(
          Finding.ok("matrix library", engine.blas().name() + ", " + engine.blas().reason()));
      engine
          .deviceMemory()
          .ifPresent(bytes -> findings.add(Finding.ok("device memory", HumanNumbers.bytes(bytes))));
      for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16)) {
        findings.add(Finding.ok("matrix speed", speed(engine, precision)));
      }
      findings.add(
          Finding.ok(
              "arithmetic",
              "weights stored in bfloat16 compute in "
                  + word(engine.fastestForBfloat16())
                  + ", the fastest here"));
    } catch (CofituneException e) {
      findings.add(
          Finding.missing(
              "engine", String.valueOf(e.getMessage()), "nothing that computes will run here"));
    }
    return findings;
  }

  private static String speed(Engine engine, Precision precision) {
    double flops = MatrixSpeed.measure(engine, precision).flopsPerSecond();
    return String.format(Locale.ROOT, "%.0f GFLOP/s in %s", flops / GIGA, word(precision));
  }

  private static String word(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
