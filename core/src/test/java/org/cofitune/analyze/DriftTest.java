package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.assertj.core.util.DoubleComparator;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Projection;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DriftTest {
  private static final Set<Projection> TRAINED = Set.of(Projection.UP_PROJ, Projection.DOWN_PROJ);
  private static final Comparator<Double> ROUNDED = new DoubleComparator(1e-12);

  @TempDir private Path folder;

  @Test
  void itIsTheNormOfTheChangeOverTheNormOfTheWeightAndZeroWhereFrozen() {
    try (TinyPair models = TinyPair.in(folder, "1-2:up_proj,down_proj")) {
      Drift drift = Drift.of(models.pair());

      assertThat(drift.projections()).hasSize(7).startsWith("q_proj").endsWith("down_proj");
      assertThat(drift.other()).isEmpty();
      for (int layer = 0; layer < 4; layer++) {
        List<Double> expected = new ArrayList<>();
        for (Projection projection : Projection.values()) {
          boolean trained = (layer == 1 || layer == 2) && TRAINED.contains(projection);
          expected.add(trained ? naive(models, projection.weight(layer)) : 0.0);
        }
        assertThat(drift.relative().get(layer))
            .usingElementComparator(ROUNDED)
            .containsExactlyElementsOf(expected);
      }
    }
  }

  @Test
  void whatIsNoProjectionIsNamed() {
    try (TinyPair models = TinyPair.in(folder, TinyModel.qwen2(), "all")) {
      Drift drift = Drift.of(models.pair());

      assertThat(drift.other())
          .containsKeys(
              "model.embed_tokens.weight",
              "model.norm.weight",
              "model.layers.1.self_attn.q_proj.bias",
              "model.layers.0.input_layernorm.weight")
          .doesNotContainKey("model.layers.0.mlp.up_proj.weight");
      assertThat(drift.other().get("model.norm.weight"))
          .isCloseTo(TinyPair.FACTOR - 1, within(1e-6));
    }
  }

  private static double naive(TinyPair models, String name) {
    try (PointerScope scope = new PointerScope()) {
      double[] before = HostTensors.toDoubles(models.base().parameters().held(name));
      double[] after = HostTensors.toDoubles(models.delta().tensor(name));
      double change = 0;
      double size = 0;
      for (int i = 0; i < before.length; i++) {
        change += Math.pow(after[i] - before[i], 2);
        size += Math.pow(before[i], 2);
      }
      return Math.sqrt(change) / Math.sqrt(size);
    }
  }
}
