package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FreshWeightsTest {
  private static final double SPREAD = 0.02;

  @TempDir Path temporary;

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults());
  }

  @Test
  void aCheckpointWithThemIsWhole() throws IOException {
    Path folder = written(TinyModel.llama(), 1);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensorNames())
          .containsExactlyInAnyOrderElementsOf(ParameterNames.of(ModelConfigReader.read(folder)));
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
    byte[] weights = bytes(written(TinyModel.llama(), 1));
    assertThat(bytes(written(TinyModel.llama(), 1))).isEqualTo(weights);
    assertThat(bytes(written(TinyModel.llama(), 2))).isNotEqualTo(weights);
  }

  @Test
  void matricesAreDrawnAroundZeroWithTheSpread() throws IOException {
    double[] values = values(written(TinyModel.llama(), 1), ParameterNames.EMBEDDING);
    double mean = Arrays.stream(values).average().orElseThrow();
    double square = Arrays.stream(values).map(value -> value * value).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(SPREAD / 10));
    assertThat(Math.sqrt(square)).isCloseTo(SPREAD, within(SPREAD / 20));
  }

  @Test
  void normsAreOneAndBiasesZero() throws IOException {
    Path folder = written(TinyModel.qwen2(), 1);
    assertThat(values(folder, ParameterNames.FINAL_NORM)).containsOnly(1);
    assertThat(values(folder, "model.layers.0.self_attn.q_proj.bias")).containsOnly(0);
  }

  private Path written(TinyModel model, long seed) throws IOException {
    Path folder = model.writeTo(Files.createTempDirectory(temporary, "model"));
    Files.delete(folder.resolve("model.safetensors"));
    FreshWeights.write(folder, SPREAD, seed);
    return folder;
  }

  private static byte[] bytes(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("model.safetensors"));
  }

  private static double[] values(Path folder, String name) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(checkpoint.tensor(name));
    }
  }
}
