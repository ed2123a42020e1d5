package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss and gradient norms of real models against those of transformers in float32. */
class FixtureGradientTest {
  private static final double RELATIVE = 1e-3;

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories3M", "tinystories-656k", "zh-poem-750k"})
  void lossAndGradientNormsAreThoseOfTransformers(String name) throws IOException {
    Path folder = Shared.of("fixtures/models/" + name);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    int[] ids =
        IntStream.range(0, golden.get("loss_ids").size())
            .map(i -> golden.get("loss_ids").get(i).asInt())
            .toArray();
    int[] positions = IntStream.range(0, ids.length - 1).toArray();
    int[] targets = IntStream.range(1, ids.length).map(i -> ids[i]).toArray();
    PackedBatch batch = new PackedBatch(ids, new int[] {0, ids.length}, positions, targets);
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    try (PointerScope scope = new PointerScope();
        LoadedModel model = LoadedModel.open(folder, engine)) {
      Parameters parameters = model.parameters();
      parameters.train(new Region.WholeModel().parameters(model.config()).keySet());
      GradientPass pass =
          new GradientPass(
              model.decoder(), new CrossEntropy(), Region.EMBEDDING_LAYER, ActivationMemory.KEEP);
      double scale = 1.0 / targets.length;

      double loss = pass.accumulate(batch, scale) * scale;

      assertThat(loss).isCloseTo(golden.get("loss_mean_nll").asDouble(), within(1e-4));
      int compared = 0;
      for (Map.Entry<String, JsonNode> norm : golden.get("grad_l2").properties()) {
        if (parameters.names().contains(norm.getKey())) {
          Tensor gradient = new Tensor(parameters.held(norm.getKey()).grad());
          double expected = norm.getValue().asDouble();
          assertThat(gradient.norm().item_double())
              .as(norm.getKey())
              .isCloseTo(expected, within(RELATIVE * expected));
          compared++;
        }
      }
      assertThat(compared).isEqualTo(parameters.names().size());
    }
  }
}
