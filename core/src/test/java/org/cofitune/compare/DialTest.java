package org.cofitune.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Delta;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.MergedModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.RegionParser;
import org.cofitune.search.TrialScore;
import org.cofitune.store.Checkpoint;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DialTest {
  private static final String REGION = "1-2:ffn";

  @TempDir Path directory;
  private Engine engine;
  private Path base;

  @BeforeEach
  void tune() {
    engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    base = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    try (LoadedModel model = LoadedModel.open(base, engine);
        Checkpoint checkpoint = Checkpoint.open(base);
        NoGradGuard frozen = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      var region = RegionParser.parse(REGION, model.config().numHiddenLayers());
      var names = region.parameters(model.config()).keySet();
      for (String name : names) {
        model.parameters().assign(name, model.parameters().held(name).mul(new Scalar(1.5)));
      }
      Delta.write(
          directory.resolve("delta"),
          model.parameters(),
          names,
          DeltaDescription.of(
              region,
              checkpoint,
              JsonNodeFactory.instance.objectNode(),
              JsonNodeFactory.instance.objectNode()));
    }
  }

  @Test
  void everyPointHasTheBytesOfTheMergedModelAndTheModelIsTheBaseAgain() {
    List<Double> alphas = Dial.alphas(List.of(0.25));
    List<Map<String, float[]>> seen = new ArrayList<>();

    try (LoadedModel model = LoadedModel.open(base, engine);
        Delta delta = Delta.open(directory.resolve("delta"))) {
      Map<String, float[]> before = weights(model.parameters());
      PointScorer scorer =
          (scored, alpha, interrupted) -> {
            seen.add(weights(scored.parameters()));
            return java.util.Optional.of(
                DialPoint.of(alpha, TrialScore.weighed(alpha, 1 - alpha, 0.5)));
          };
      List<DialPoint> curve =
          new Dial(model, delta, scorer).curve(alphas, point -> {}, () -> false).orElseThrow();

      assertThat(curve).extracting(DialPoint::alpha).containsExactly(0.0, 0.25, 1.0);
      requireSame(weights(model.parameters()), before);
    }
    for (int i = 0; i < alphas.size(); i++) {
      requireSame(seen.get(i), merged(alphas.get(i)));
    }
  }

  @Test
  void aFailingScorerLeavesTheBase() {
    try (LoadedModel model = LoadedModel.open(base, engine);
        Delta delta = Delta.open(directory.resolve("delta"))) {
      Map<String, float[]> before = weights(model.parameters());
      PointScorer failing =
          (scored, alpha, interrupted) -> {
            throw new IllegalStateException("at " + alpha);
          };

      assertThatThrownBy(
              () -> new Dial(model, delta, failing).curve(List.of(0.5), p -> {}, () -> false))
          .hasMessage("at 0.5");

      requireSame(weights(model.parameters()), before);
    }
  }

  @Test
  void theEndsAreAlwaysAmongTheAlphas() {
    assertThat(Dial.alphas(List.of(0.5, 0.25, 0.5))).containsExactly(0.0, 0.25, 0.5, 1.0);
    assertThatThrownBy(() -> Dial.alphas(List.of(1.5))).hasMessageContaining("--alphas");
    assertThatThrownBy(() -> Dial.alphas(List.of(Double.NaN))).hasMessageContaining("--alphas");
  }

  private Map<String, float[]> merged(double alpha) {
    Path folder = directory.resolve("merged" + alpha);
    try (Checkpoint checkpoint = Checkpoint.open(base);
        Delta delta = Delta.open(directory.resolve("delta"))) {
      MergedModel.write(checkpoint, delta, alpha, "# A card", folder);
    }
    try (LoadedModel model = LoadedModel.open(folder, engine)) {
      return weights(model.parameters());
    }
  }

  private static Map<String, float[]> weights(Parameters parameters) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      parameters
          .names()
          .forEach(name -> weights.put(name, HostTensors.toFloats(parameters.held(name))));
    }
    return weights;
  }

  private static void requireSame(Map<String, float[]> found, Map<String, float[]> expected) {
    expected.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
  }
}
