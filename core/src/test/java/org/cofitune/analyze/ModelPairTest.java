package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.MergedModel;
import org.cofitune.model.RegionParser;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelPairTest {
  @TempDir private Path folder;
  private TinyPair models;

  @BeforeEach
  void tune() {
    models = TinyPair.in(folder, "1-2:ffn");
  }

  @AfterEach
  void close() {
    models.close();
  }

  @Test
  void whatDiffersIsWhatWasTrained() {
    assertThat(models.pair().changed())
        .containsExactlyElementsOf(
            RegionParser.parse("1-2:ffn", 4).parameters(models.pair().config()).keySet());
    assertThat(models.pair().lowestLayer()).isEqualTo(1);
  }

  @Test
  void aMergedModelDiffersInTheSameTensorsAsItsDelta() {
    Path merged = folder.resolve("merged");
    try (Checkpoint base = Checkpoint.open(models.base().directory())) {
      MergedModel.write(base, models.delta(), 1, "# A card", merged);
    }
    try (Checkpoint tuned = Checkpoint.open(merged);
        ModelPair pair = ModelPair.of(models.base(), tuned)) {
      assertThat(pair.changed()).isEqualTo(models.pair().changed());
      assertThat(Drift.of(pair)).isEqualTo(Drift.of(models.pair()));
    }
  }

  @Test
  void aModelDoesNotDifferFromItself() {
    try (Checkpoint same = Checkpoint.open(models.base().directory());
        ModelPair pair = ModelPair.of(models.base(), same)) {
      assertThat(pair.changed()).isEmpty();
      assertThat(pair.lowestLayer()).isEqualTo(pair.config().numHiddenLayers());
    }
  }

  @Test
  void tensorsThatAreEqualExistOnce() {
    String frozen = "model.layers.0.mlp.up_proj.weight";
    long base = models.base().parameters().held(frozen).data_ptr().address();

    assertThat(models.pair().tuned().parameters().held(frozen).data_ptr().address())
        .isEqualTo(base);
    long between =
        models
            .pair()
            .between(
                models.pair().changed(),
                decoder -> decoder.parameters().held(frozen).data_ptr().address());
    assertThat(between).isEqualTo(base);
  }

  @Test
  void anotherArchitectureIsRefused() {
    Path other = TinyModel.llama().withLayers(3).writeTo(folder.resolve("other"));
    try (Checkpoint tuned = Checkpoint.open(other);
        LoadedModel base = LoadedModel.open(models.base().directory(), TinyPair.engine())) {
      assertThatThrownBy(() -> ModelPair.of(base, tuned))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining("architecture");
    }
  }
}
