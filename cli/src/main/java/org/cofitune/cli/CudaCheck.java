package org.cofitune.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.engine.CudaInstallation;

/** Looks for what libtorch with CUDA needs, before it is loaded. */
final class CudaCheck {
  private CudaCheck() {}

  static List<Finding> run(CudaInstallation installation) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        CudaInstallation.isInBuild()
            ? Finding.ok("build", "libtorch with CUDA")
            : Finding.missing(
                "build", "libtorch without CUDA", "build with COFITUNE_CUDA=1 ./cofitune doctor"));
    findings.add(
        installation
            .driver()
            .map(version -> Finding.ok("driver", version))
            .orElseGet(
                () ->
                    Finding.missing(
                        "driver", "no NVIDIA driver is loaded", "install NVIDIA's driver")));
    for (Map.Entry<String, Optional<Path>> library : installation.libraries().entrySet()) {
      findings.add(
          library
              .getValue()
              .map(folder -> Finding.ok(library.getKey(), folder.toString()))
              .orElseGet(
                  () ->
                      Finding.missing(
                          library.getKey(),
                          "not found",
                          "install it, and name its folder in LD_LIBRARY_PATH")));
    }
    return findings;
  }
}
