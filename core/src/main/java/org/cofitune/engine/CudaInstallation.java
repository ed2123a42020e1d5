package org.cofitune.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What libtorch with CUDA needs of a machine, and where that is. Looks at files only: nothing is
 * loaded, so that it can say what is missing where loading fails.
 */
public final class CudaInstallation {
  /** What libtorch with CUDA 13 is linked against, by the names that the loader asks for. */
  private static final List<String> LIBRARIES =
      List.of(
          "libcudart.so.13",
          "libcublas.so.13",
          "libcublasLt.so.13",
          "libcusparse.so.12",
          "libcufft.so.12",
          "libcurand.so.10",
          "libcusolver.so.12",
          "libcufile.so.0",
          "libcupti.so.13",
          "libcudnn.so.9",
          "libnccl.so.2");

  private static final String DRIVER = "libcuda.so.1";
  private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
  private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";

  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/usr/local/cuda/lib64"),
          Path.of("/usr/local/cuda/extras/CUPTI/lib64"),
          Path.of("/usr/lib/x86_64-linux-gnu"),
          Path.of("/usr/lib64"),
          Path.of("/lib/x86_64-linux-gnu"));

  private final List<Path> folders;
  private final Path driverVersion;

  CudaInstallation(List<Path> folders, Path driverVersion) {
    this.folders = List.copyOf(folders);
    this.driverVersion = driverVersion;
  }

  /** This machine's. */
  public static CudaInstallation ofThisMachine() {
    String path = System.getenv().getOrDefault(LIBRARY_PATH, "");
    List<Path> folders =
        new ArrayList<>(
            Stream.of(path.split(":", -1)).filter(p -> !p.isBlank()).map(Path::of).toList());
    folders.addAll(SYSTEM);
    return new CudaInstallation(folders, DRIVER_VERSION);
  }

  /** Whether this build has libtorch with CUDA. */
  public static boolean isInBuild() {
    return NativeLibraries.isCudaOnClassPath();
  }

  /** The driver's version as the kernel names it; empty where no driver is loaded. */
  public Optional<String> driver() {
    if (!Files.isReadable(driverVersion)) {
      return Optional.empty();
    }
    try {
      return Files.readString(driverVersion).lines().findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Every library that is needed, the driver's included, with the folder that it was found in. */
  public Map<String, Optional<Path>> libraries() {
    Map<String, Optional<Path>> found = new LinkedHashMap<>();
    found.put(DRIVER, folderOf(DRIVER));
    LIBRARIES.forEach(name -> found.put(name, folderOf(name)));
    return found;
  }

  private Optional<Path> folderOf(String name) {
    return folders.stream().filter(folder -> Files.exists(folder.resolve(name))).findFirst();
  }
}
