package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseWeightsTest {
  private static final String NAME = "model.layers.1.mlp.up_proj.weight";

  @TempDir Path folder;
  private LoadedModel model;
  private Parameters parameters;

  @BeforeEach
  void openModel() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Path checkpoint = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    model = LoadedModel.open(checkpoint, engine, Precision.FLOAT32);
    parameters = model.parameters();
  }

  @AfterEach
  void closeModel() {
    model.close();
  }

  @Test
  void aMovedWeightIsPutBackToItsBytesInItsPlace() {
    try (BaseWeights base = BaseWeights.of(parameters);
        PointerScope scope = new PointerScope()) {
      Tensor before = parameters.held(NAME).clone();
      long address = parameters.held(NAME).data_ptr().address();
      for (int trial = 0; trial < 2; trial++) {
        parameters.train(List.of(NAME));
        parameters.assign(NAME, torch.zeros_like(before));

        base.restore();

        assertThat(parameters.trainableNames()).isEmpty();
        assertThat(torch.equal(parameters.held(NAME), before)).isTrue();
        assertThat(parameters.held(NAME).data_ptr().address()).isEqualTo(address);
      }
    }
    assertThat(parameters.firstNonFinite(parameters.names())).isEmpty();
  }

  @Test
  void aModelInTrainingIsNoBase() {
    parameters.train(List.of(NAME));

    assertThatThrownBy(() -> BaseWeights.of(parameters)).hasMessageContaining(NAME);
  }
}
