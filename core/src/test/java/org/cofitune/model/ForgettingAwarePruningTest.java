package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForgettingAwarePruningTest {
  private static final int ROWS = 7;
  private static final int COLUMNS = 9;

  @TempDir Path directory;
  private Engine engine;
  private final float[] base = new float[ROWS * COLUMNS];
  private final float[] tuned = new float[ROWS * COLUMNS];

  @BeforeEach
  void draw() {
    engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Random random = new Random(5);
    for (int i = 0; i < base.length; i++) {
      base[i] = i % 10 == 0 ? 0 : (float) random.nextGaussian();
      tuned[i] = i % 5 == 0 ? base[i] : base[i] + 0.01f * (float) random.nextGaussian();
    }
    tuned[20] = 0.3f; // from a weight of 0: infinitely far in proportion
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.3, 0.5, 0.9, 0.99, 1})
  void keptAreThoseWorthMost(double keep) {
    assertThat(prune(keep)).isEqualTo(naive(keep));
  }

  @Test
  void aChangeFromZeroGoesFirst() {
    assertThat(prune(0.99)[20]).isZero();
  }

  @Test
  void ofEqualWorthTheFirstAreKept() {
    try (PointerScope scope = new PointerScope()) {
      Tensor ones = HostTensors.ofFloats(new float[] {1, 1, 1, 1}, 4);
      Tensor twos = HostTensors.ofFloats(new float[] {2, 2, 2, 2}, 4);

      assertThat(HostTensors.toFloats(ForgettingAwarePruning.prune(ones, twos, 0.5)))
          .containsExactly(2, 2, 1, 1);
    }
  }

  @Test
  void aPrunedDeltaIsADeltaThatSaysSoAndItsEndsAreTunedAndBase() {
    String name = "model.layers.1.mlp.up_proj.weight";
    Path model = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    tune(model, name);
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Delta whole = Delta.open(directory.resolve("delta"))) {
      for (String keep : List.of("0", "0.5", "1")) {
        ForgettingAwarePruning.write(
            checkpoint, whole, Double.parseDouble(keep), directory.resolve("keep" + keep));
      }
      assertThat(values("keep1", name)).isEqualTo(values("delta", name));
      try (LoadedModel loaded = LoadedModel.open(model, engine);
          Delta none = Delta.open(directory.resolve("keep0"));
          Delta half = Delta.open(directory.resolve("keep0.5"))) {
        float[] untuned = HostTensors.toFloats(loaded.parameters().held(name));
        assertThat(values("keep0", name)).isEqualTo(untuned);
        assertThat(none.description().method().at("/pruning/keep").asDouble()).isZero();
        assertThat(half.description().method().at("/pruning/metric").asText()).isEqualTo("fapm");
        new PartOfDelta(0.5, 1).onto(whole, loaded.parameters());
        assertThat(HostTensors.toFloats(loaded.parameters().held(name)))
            .isEqualTo(values("keep0.5", name))
            .isNotEqualTo(untuned);
      }
    }
  }

  @Test
  void aShareBeyondTheWholeIsRefused() {
    assertThatThrownBy(() -> new PartOfDelta(1.5, 1)).hasMessageContaining("keep");
    assertThatThrownBy(() -> new PartOfDelta(1, Double.NaN)).hasMessageContaining("alpha");
  }

  private void tune(Path model, String name) {
    try (LoadedModel loaded = LoadedModel.open(model, engine);
        Checkpoint checkpoint = Checkpoint.open(model);
        PointerScope scope = new PointerScope()) {
      Tensor weight = loaded.parameters().held(name);
      loaded.parameters().assign(name, weight.mul(new Scalar(0.5)).add(weight.mul(weight)));
      Delta.write(
          directory.resolve("delta"),
          loaded.parameters(),
          Set.of(name),
          DeltaDescription.of(
              RegionParser.parse("1:up_proj", 4),
              checkpoint,
              JsonNodeFactory.instance.objectNode(),
              JsonNodeFactory.instance.objectNode()));
    }
  }

  private float[] values(String delta, String name) {
    try (Delta opened = Delta.open(directory.resolve(delta));
        PointerScope scope = new PointerScope()) {
      return HostTensors.toFloats(opened.tensor(name));
    }
  }

  private float[] prune(double keep) {
    try (PointerScope scope = new PointerScope()) {
      return HostTensors.toFloats(
          ForgettingAwarePruning.prune(
              HostTensors.ofFloats(base, ROWS, COLUMNS),
              HostTensors.ofFloats(tuned, ROWS, COLUMNS),
              keep));
    }
  }

  private float[] naive(double keep) {
    double mean = 0;
    for (float weight : base) {
      mean += Math.abs(weight) / (double) base.length;
    }
    double[] worth = new double[base.length];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < base.length; i++) {
      double change = Math.abs((double) tuned[i] - base[i]);
      worth[i] = change == 0 ? 0 : change - mean * change / Math.abs(base[i]);
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -worth[i]));
    float[] pruned = base.clone();
    for (int i : order.subList(0, (int) Math.round(keep * base.length))) {
      pruned[i] = tuned[i];
    }
    return pruned;
  }
}
