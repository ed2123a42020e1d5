package org.cofitune.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks at Java, processors, memory, and disk; loads nothing and changes nothing. */
final class MachineCheck {
  private static final long GIB = 1L << 30;
  private static final long NATIVE_CACHE_BYTES = GIB;
  private static final long LITTLE_MEMORY = 4 * GIB;

  private MachineCheck() {}

  static List<Finding> run(Path workingDirectory, Path nativeCache) {
    return List.of(
        java(), processors(), memory(), disk(workingDirectory), nativeCache(nativeCache));
  }

  private static Finding java() {
    String found =
        "%s, %s, heap up to %s"
            .formatted(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                HumanNumbers.bytes(Runtime.getRuntime().maxMemory()));
    return Finding.ok("java", found);
  }

  private static Finding processors() {
    String found =
        "%d, %s %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
    return Finding.ok("processors", found);
  }

  private static Finding memory() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    String found =
        "%s, %s free"
            .formatted(
                HumanNumbers.bytes(system.getTotalMemorySize()),
                HumanNumbers.bytes(system.getFreeMemorySize()));
    return system.getTotalMemorySize() < LITTLE_MEMORY
        ? Finding.warning("memory", found, "only models of a few million parameters will train")
        : Finding.ok("memory", found);
  }

  private static Finding disk(Path directory) {
    long free = directory.toFile().getUsableSpace();
    String found = "%s free at %s".formatted(HumanNumbers.bytes(free), directory);
    return free < GIB
        ? Finding.warning("disk", found, "a run writes checkpoints: free some space")
        : Finding.ok("disk", found);
  }

  /** The engine unpacks its native libraries into this directory once. */
  private static Finding nativeCache(Path cache) {
    File present = cache.toFile();
    while (!present.exists() && present.getParentFile() != null) {
      present = present.getParentFile();
    }
    if (!Files.isWritable(present.toPath())) {
      return Finding.missing(
          "native cache",
          present + " is not writable",
          "set COFITUNE_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR to a writable directory");
    }
    if (!cache.toFile().isDirectory() && present.getUsableSpace() < NATIVE_CACHE_BYTES) {
      return Finding.missing(
          "native cache",
          HumanNumbers.bytes(present.getUsableSpace()) + " free at " + present,
          "unpacking the engine needs " + HumanNumbers.bytes(NATIVE_CACHE_BYTES));
    }
    return Finding.ok("native cache", cache.toString());
  }
}
