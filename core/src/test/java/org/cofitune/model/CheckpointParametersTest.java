package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.store.StoredType;
import org.cofitune.store.TensorSpec;
import org.junit.jupiter.api.Test;

class CheckpointParametersTest {
  private static final Path FOLDER = Path.of("model");

  @Test
  void everyParameterIsFoundUnderItsName() {
    ModelConfig config = config(false);

    assertThat(CheckpointParameters.match(FOLDER, config, stored(config)))
        .containsEntry("lm_head.weight", "lm_head.weight")
        .hasSize(ParameterNames.of(config).size());
  }

  @Test
  void tiedWeightsMayBeStoredUnderEitherName() {
    ModelConfig config = config(true);
    Map<String, TensorSpec> stored = stored(config);
    TensorSpec embedding = stored.remove(ParameterNames.EMBEDDING);
    put(stored, ParameterNames.OUTPUT, embedding.type(), embedding.shape());

    assertThat(CheckpointParameters.match(FOLDER, config, stored))
        .containsEntry(ParameterNames.EMBEDDING, ParameterNames.OUTPUT)
        .doesNotContainKey(ParameterNames.OUTPUT);
  }

  @Test
  void aMissingTensorIsNamed() {
    ModelConfig config = config(false);
    Map<String, TensorSpec> stored = stored(config);
    stored.remove("model.layers.1.mlp.up_proj.weight");

    assertThatThrownBy(() -> CheckpointParameters.match(FOLDER, config, stored))
        .hasMessageContaining("model.layers.1.mlp.up_proj.weight");
  }

  @Test
  void aShapeThatContradictsTheConfigurationIsNamedWithBothShapes() {
    ModelConfig config = config(false);
    Map<String, TensorSpec> stored = stored(config);
    put(stored, "model.layers.0.mlp.down_proj.weight", StoredType.F32, List.of(8L, 15L));

    assertThatThrownBy(() -> CheckpointParameters.match(FOLDER, config, stored))
        .hasMessageContaining("model.layers.0.mlp.down_proj.weight")
        .hasMessageContaining("[8, 16]")
        .hasMessageContaining("[8, 15]");
  }

  @Test
  void anUnsupportedTypeIsNamed() {
    ModelConfig config = config(false);
    Map<String, TensorSpec> stored = stored(config);
    put(stored, ParameterNames.FINAL_NORM, StoredType.I8, List.of(8L));

    assertThatThrownBy(() -> CheckpointParameters.match(FOLDER, config, stored))
        .hasMessageContaining(ParameterNames.FINAL_NORM)
        .hasMessageContaining("I8");
  }

  @Test
  void aTensorThatTheArchitectureHasNoPlaceForIsRefusedButOldBuffersAreNot() {
    ModelConfig config = config(false);
    Map<String, TensorSpec> stored = stored(config);
    put(stored, "model.layers.0.self_attn.rotary_emb.inv_freq", StoredType.F32, List.of(2L));
    assertThat(CheckpointParameters.match(FOLDER, config, stored)).isNotEmpty();

    put(stored, "model.layers.0.self_attn.q_proj.bias", StoredType.F32, List.of(8L));
    assertThatThrownBy(() -> CheckpointParameters.match(FOLDER, config, stored))
        .hasMessageContaining("model.layers.0.self_attn.q_proj.bias");
  }

  private static Map<String, TensorSpec> stored(ModelConfig config) {
    Map<String, TensorSpec> stored = new LinkedHashMap<>();
    ParameterNames.shapes(config)
        .forEach((name, shape) -> put(stored, name, StoredType.BF16, shape));
    return stored;
  }

  private static void put(
      Map<String, TensorSpec> stored, String name, StoredType type, List<Long> shape) {
    stored.put(name, new TensorSpec(name, type, shape));
  }

  private static ModelConfig config(boolean tied) {
    return new ModelConfig(
        "llama",
        32,
        8,
        16,
        2,
        new AttentionConfig(2, 1, 4, false, false, false, 0, 0),
        false,
        1e-6,
        10_000,
        new RopeScaling.None(),
        64,
        tied);
  }
}
