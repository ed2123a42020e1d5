package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.model.FrozenHolding;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training with frozen matrices that are streamed or quantised, and state on the host. */
final class HeldWeightsTest {
  private static final TrainingArguments ARGUMENTS =
      TinyTraining.ARGUMENTS.with("gradient_checkpointing", true);

  @TempDir Path folder;

  /** What came of a training. */
  private record Trained(Map<String, double[]> weights, List<Double> losses) {}

  static Stream<Arguments> exactOnes() {
    return Stream.of("F32", "BF16")
        .flatMap(
            dtype ->
                Stream.of(
                        List.of("frozen"),
                        List.of("optimizer"),
                        List.of("activations"),
                        List.of("frozen", "optimizer", "activations"))
                    .flatMap(
                        offload ->
                            Stream.of(Precision.FLOAT32, Precision.BFLOAT16)
                                .map(precision -> Arguments.of(dtype, precision, offload))));
  }

  @ParameterizedTest
  @MethodSource("exactOnes")
  void whatIsOffloadedGivesTheSameBits(String dtype, Precision precision, List<String> offload) {
    Path model = TinyModel.llama().withDtype(dtype).writeTo(folder.resolve("model"));

    Trained resident = train(model, precision, "1-2:up_proj,down_proj", ARGUMENTS);
    Trained offloaded =
        train(model, precision, "1-2:up_proj,down_proj", ARGUMENTS.with("offload", offload));

    assertSame(offloaded, resident);
  }

  /** Products of few rows round otherwise where a matrix lies otherwise in memory. */
  @ParameterizedTest
  @ValueSource(strings = {"F32", "BF16"})
  void streamingGivesTheSameBitsForFewTokens(String dtype) {
    Path model = TinyModel.llama().withDtype(dtype).writeTo(folder.resolve("model"));
    TrainingArguments few = ARGUMENTS.with("per_device_train_batch_size", 1);

    Trained resident = train(model, Precision.FLOAT32, "1-2:up_proj,down_proj", few);
    Trained streamed =
        train(
            model,
            Precision.FLOAT32,
            "1-2:up_proj,down_proj",
            few.with("offload", List.of("frozen")));

    assertSame(streamed, resident);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "0-0:q_proj", "3:ffn", "1-3:mha"})
  void streamingServesEveryRegion(String region) {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));

    Trained resident = train(model, Precision.FLOAT32, region, ARGUMENTS);
    Trained streamed =
        train(model, Precision.FLOAT32, region, ARGUMENTS.with("offload", List.of("frozen")));

    assertSame(streamed, resident);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8", "nf4"})
  void quantisedMatricesStreamToTheSameBits(String dtype) {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    TrainingArguments quantised = ARGUMENTS.with("frozen_dtype", dtype);

    Trained here = train(model, Precision.FLOAT32, "1-2:up_proj", quantised);
    Trained streamed =
        train(model, Precision.FLOAT32, "1-2:up_proj", quantised.with("offload", "frozen"));

    assertSame(streamed, here);
  }

  @Test
  void fewerBitsCostMoreOfTheLoss() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Trained exact = train(model, Precision.FLOAT32, "1-2:up_proj", ARGUMENTS);
    Map<String, Double> off = new HashMap<>();
    for (String dtype : List.of("int8", "nf4")) {
      Trained rounded =
          train(model, Precision.FLOAT32, "1-2:up_proj", ARGUMENTS.with("frozen_dtype", dtype));
      off.put(dtype, Math.abs(rounded.losses().get(0) - exact.losses().get(0)));
    }

    assertThat(off.get("int8")).isPositive().isLessThan(0.02);
    assertThat(off.get("nf4")).isGreaterThan(off.get("int8")).isLessThan(0.3);
  }

  @Test
  void trainedTensorsBeginWithTheStoredBytes() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    TrainingArguments still =
        ARGUMENTS.with(Map.of("frozen_dtype", "nf4", "learning_rate", 1e-30, "weight_decay", 0));

    Trained stored =
        train(
            model,
            Precision.FLOAT32,
            "1-2:up_proj",
            ARGUMENTS.with(Map.of("learning_rate", 1e-30, "weight_decay", 0)));
    Trained beside = train(model, Precision.FLOAT32, "1-2:up_proj", still);

    assertThat(beside.weights()).hasSize(2);
    beside
        .weights()
        .forEach((name, values) -> assertThat(values).isEqualTo(stored.weights().get(name)));
  }

  @Test
  void onlyMatricesOfFrozenLayersAreHeldInAnotherWay() {
    FrozenHolding holding =
        ARGUMENTS.with("frozen_dtype", "nf4").holding(Set.of("model.layers.1.mlp.up_proj.weight"));

    assertThat(
            Stream.of(
                    "model.embed_tokens.weight",
                    "lm_head.weight",
                    "model.norm.weight",
                    "model.layers.0.input_layernorm.weight",
                    "model.layers.0.self_attn.q_proj.bias",
                    "model.layers.1.mlp.up_proj.weight",
                    "model.layers.1.mlp.down_proj.weight",
                    "model.layers.0.self_attn.q_proj.weight")
                .filter(holding::holds)
                .collect(Collectors.toList()))
        .containsExactly(
            "model.layers.1.mlp.down_proj.weight", "model.layers.0.self_attn.q_proj.weight");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"frozen_dtype=nf4", "frozen_dtype=int8", "offload=frozen", "offload=activations"})
  void theWayBackMustNotKeepWhatIsBroughtForward(String setting) {
    String[] keyAndValue = setting.split("=", 2);

    assertThatThrownBy(() -> TinyTraining.ARGUMENTS.with(keyAndValue[0], keyAndValue[1]))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining(keyAndValue[0])
        .hasMessageContaining("gradient_checkpointing")
        .hasMessageContaining(keyAndValue[1]);
  }

  @Test
  void nothingIsOffloadedBesideSomething() {
    assertThat(ARGUMENTS.with("offload", "none").offload()).isEmpty();
    assertThatThrownBy(() -> ARGUMENTS.with("offload", List.of("none", "frozen")))
        .hasMessageContaining("none alone");
  }

  @Test
  void aRunIsAnotherWithOtherBitsAndTheSameWithOtherPlaces() {
    List<TokenizedExample> rows = TinyTraining.rows(2, 1);
    RunIdentity plain = RunIdentity.of(ARGUMENTS, rows);

    assertThat(RunIdentity.of(ARGUMENTS.with("offload", List.of("frozen", "optimizer")), rows))
        .isEqualTo(plain);
    assertThat(RunIdentity.of(ARGUMENTS.with("frozen_dtype", "nf4"), rows).parts())
        .containsEntry("frozen_dtype", "nf4")
        .isNotEqualTo(plain.parts());
  }

  private static void assertSame(Trained one, Trained other) {
    assertThat(one.losses()).isEqualTo(other.losses());
    assertThat(one.weights()).hasSameSizeAs(other.weights());
    one.weights()
        .forEach(
            (name, values) -> assertThat(values).as(name).isEqualTo(other.weights().get(name)));
  }

  private static Trained train(
      Path folder, Precision precision, String regionText, TrainingArguments arguments) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    int layers = 4;
    Region region = RegionParser.parse(regionText, layers);
    Set<String> changed =
        region.parameters(org.cofitune.model.ModelConfigReader.read(folder)).keySet();
    try (LoadedModel model =
        LoadedModel.open(folder, engine, Optional.of(precision), arguments.holding(changed))) {
      TrainingTask task =
          TrainingTask.ofParameters(
              model.decoder(),
              changed,
              TinyTraining.rows(20, 7),
              TinyTraining.rows(3, 8),
              arguments);
      List<Double> losses = new java.util.ArrayList<>();
      TrainingListener listener =
          event -> {
            if (event instanceof TrainingEvent.StepTaken step) {
              losses.add(step.loss());
            } else if (event instanceof TrainingEvent.Evaluated evaluated) {
              losses.add(evaluated.evalLoss());
            }
          };
      try (Trainer trainer = new Trainer(task, List.of(listener))) {
        trainer.run(() -> false);
      }
      Map<String, double[]> weights = new LinkedHashMap<>();
      try (PointerScope scope = new PointerScope()) {
        changed.forEach(
            name -> weights.put(name, HostTensors.toDoubles(model.parameters().held(name))));
      }
      return new Trained(weights, losses);
    }
  }
}
