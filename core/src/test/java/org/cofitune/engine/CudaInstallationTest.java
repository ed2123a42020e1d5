package org.cofitune.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaInstallationTest {
  @TempDir Path machine;

  @Test
  void everyLibraryIsFoundOrNamed() throws IOException {
    Path own = Files.createDirectories(machine.resolve("own"));
    Path system = Files.createDirectories(machine.resolve("system"));
    Files.createFile(own.resolve("libcudart.so.13"));
    Files.createFile(system.resolve("libcudart.so.13"));
    Files.createFile(system.resolve("libcuda.so.1"));
    CudaInstallation installation =
        new CudaInstallation(List.of(own, system), machine.resolve("version"));

    assertThat(installation.libraries())
        .hasSize(12)
        .containsEntry("libcudart.so.13", java.util.Optional.of(own))
        .containsEntry("libcuda.so.1", java.util.Optional.of(system))
        .containsEntry("libnccl.so.2", java.util.Optional.empty());
  }

  @Test
  void theDriverIsNamedAsTheKernelDoes() throws IOException {
    Path version = machine.resolve("version");
    CudaInstallation installation = new CudaInstallation(List.of(), version);

    assertThat(installation.driver()).isEmpty();
    Files.writeString(version, "NVRM version: NVIDIA UNIX 580.65\nGCC version: 12\n");
    assertThat(installation.driver()).contains("NVRM version: NVIDIA UNIX 580.65");
  }
}
