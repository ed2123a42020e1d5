package org.cofitune.model.adapter;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.cofitune.model.Projection;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class AdapterConfigFuzzTest {
  private static final AdaptedModule MODULE = new AdaptedModule(3, Projection.Q_PROJ);

  @TempDir Path folder;

  @FuzzTest
  void anyConfigIsReadOrRefused(byte[] bytes) {
    Path file = Hostile.file(folder, "adapter_config.json", bytes);
    Hostile.readOrRefuse(
        file,
        () -> {
          AdapterConfig config = AdapterConfig.read(file);
          if (config.targets(MODULE)) {
            config.scale(MODULE);
          }
        });
  }
}
