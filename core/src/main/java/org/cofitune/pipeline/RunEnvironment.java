package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.cofitune.data.DataReport;
import org.cofitune.engine.Engine;
import org.cofitune.engine.Precision;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.StrictJson;

/** {@code environment.json}: on what, with what, and from what a run was made. */
final class RunEnvironment {
  /** How many processes share the run, where there are several. */
  static final String PROCESSES = "processes";

  private RunEnvironment() {}

  static ObjectNode describe(
      Engine engine,
      Precision precision,
      long seed,
      String modelPath,
      String modelFingerprint,
      List<DataReport.FileRows> files) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("started", Instant.now().toString());
    ObjectNode code = json.putObject("cofitune").put("version", ProductVersion.read());
    ownJar().ifPresent(jar -> code.put("sha256", Fingerprint.ofFile(jar).sha256()));
    json.putObject("java")
        .put("version", System.getProperty("java.version"))
        .put("vendor", System.getProperty("java.vendor"));
    json.putObject("machine")
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("arch", System.getProperty("os.arch"))
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("memory_bytes", memoryBytes());
    json.putObject("engine")
        .put("version", Engine.libtorchVersion())
        .put("device", engine.deviceName())
        .put("threads", engine.threads())
        .put("blas", engine.blas().name())
        .put("dtype", word(precision));
    json.put("seed", seed);
    json.putObject("model").put("path", modelPath).put("sha256", modelFingerprint);
    for (DataReport.FileRows file : files) {
      json.withArray("/data")
          .addObject()
          .put("path", file.file().toString())
          .put("rows", file.rows())
          .put("sha256", Fingerprint.ofFile(file.file()).sha256());
    }
    return json;
  }

  /** The number type that a run computed in before it was interrupted. */
  static Optional<Precision> precisionOf(Path environment) {
    if (Files.notExists(environment)) {
      return Optional.empty();
    }
    String name = StrictJson.readObject(environment).at("/engine/dtype").asText();
    return Arrays.stream(Precision.values())
        .filter(precision -> word(precision).equals(name))
        .findFirst();
  }

  /** How many processes a run began with before it was interrupted. */
  static Optional<Integer> processesOf(Path environment) {
    if (Files.notExists(environment)) {
      return Optional.empty();
    }
    int processes = StrictJson.readObject(environment).path(PROCESSES).asInt(1);
    return Optional.of(Math.max(1, processes));
  }

  private static String word(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** The jar that this class came from; nothing where it came from a folder of classes. */
  private static Optional<Path> ownJar() {
    CodeSource source = RunEnvironment.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI())).filter(Files::isRegularFile);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Memory of this machine. */
  static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }
}
