package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.model.adapter.AdaptedModule;
import org.cofitune.model.adapter.TinyAdapters;
import org.cofitune.train.ActivationMemory;
import org.cofitune.train.CrossEntropy;
import org.cofitune.train.GradientPass;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingCheckpoints;
import org.cofitune.train.TrainingTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class LoraTrainingTest {
  private static final String REGION = "1-2:q_proj,v_proj,down_proj";
  private static final LoraArguments PLAIN = new LoraArguments(3, 6, 0, List.of(), false);
  private static final LoraArguments DROPPING = new LoraArguments(3, 6, 0.3, List.of(), false);

  @TempDir Path folder;
  private TinyTraining tiny;
  private ModelConfig config;

  @BeforeEach
  void writeModel() {
    tiny = TinyTraining.in(folder);
    config = ModelConfigReader.read(tiny.model());
  }

  /** With W' = W + s B A as one trained weight: dA = s B^T dW', dB = s dW' A^T. */
  @ParameterizedTest
  @EnumSource(ActivationMemory.class)
  void lossAndGradientsAreThoseOfExplicitMatrices(ActivationMemory memory) {
    tiny.in(Precision.FLOAT64).region(REGION);
    PackedBatch batch = PackedBatch.pack(TinyTraining.rows(3, 5));
    double scale = 6.0 / 3;
    Map<String, double[]> values = new LinkedHashMap<>();
    Map<String, double[]> gradients = new LinkedHashMap<>();
    double loss =
        adapted(
            PLAIN,
            task -> {
              randomise(task);
              for (TrainedTensor tensor : task.tensors()) {
                values.put(tensor.name(), HostTensors.toDoubles(tensor.master()));
              }
              double sum = accumulate(task, batch, memory);
              try (PointerScope scope = new PointerScope()) {
                for (TrainedTensor tensor : task.tensors()) {
                  gradients.put(tensor.name(), HostTensors.toDoubles(tensor.gradient()));
                }
              }
              return sum;
            });

    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          Parameters parameters = task.decoder().parameters();
          for (AdaptedModule module : modules()) {
            addProduct(parameters, module, values, scale);
          }
          assertThat(accumulate(task, batch, memory)).isCloseTo(loss, within(1e-10));
          for (AdaptedModule module : modules()) {
            compare(parameters, module, values, gradients, scale);
          }
          return null;
        });
  }

  private List<AdaptedModule> modules() {
    return AdaptedModule.among(config, region(REGION).parameters(config).keySet());
  }

  private static double accumulate(TrainingTask task, PackedBatch batch, ActivationMemory memory) {
    return new GradientPass(task.decoder(), new CrossEntropy(), task.lowestLayer(), memory)
        .accumulate(batch, 0.1);
  }

  private void addProduct(
      Parameters parameters, AdaptedModule module, Map<String, double[]> values, double scale) {
    double[] a = values.get(module.keyOfA());
    double[] b = values.get(module.keyOfB());
    int columns = config.columns(module.projection());
    double[] product = new double[config.rows(module.projection()) * columns];
    for (int i = 0; i < product.length; i++) {
      for (int k = 0; k < 3; k++) {
        product[i] += scale * b[i / columns * 3 + k] * a[k * columns + i % columns];
      }
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor master = parameters.held(module.weight());
      master.add_(HostTensors.ofDoubles(product).view(master.sizes()));
    }
  }

  private void compare(
      Parameters parameters,
      AdaptedModule module,
      Map<String, double[]> values,
      Map<String, double[]> gradients,
      double scale) {
    double[] a = values.get(module.keyOfA());
    double[] b = values.get(module.keyOfB());
    int rows = config.rows(module.projection());
    int columns = config.columns(module.projection());
    double[] whole;
    try (PointerScope scope = new PointerScope()) {
      whole = HostTensors.toDoubles(new Tensor(parameters.held(module.weight()).grad()));
    }
    double[] ofA = new double[a.length];
    double[] ofB = new double[b.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        for (int k = 0; k < 3; k++) {
          ofA[k * columns + j] += scale * b[i * 3 + k] * whole[i * columns + j];
          ofB[i * 3 + k] += scale * whole[i * columns + j] * a[k * columns + j];
        }
      }
    }
    assertThat(gradients.get(module.keyOfA())).containsExactly(ofA, within(1e-10));
    assertThat(gradients.get(module.keyOfB())).containsExactly(ofB, within(1e-10));
  }

  /** Numbers in B that are not zero, so that A gets a gradient. */
  private static void randomise(TrainingTask task) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      for (TrainedTensor tensor : task.tensors()) {
        if (tensor.name().contains("lora_B")) {
          double[] values =
              new Random(tensor.name().hashCode())
                  .doubles(tensor.master().numel(), -0.3, 0.3)
                  .toArray();
          tensor.master().copy_(HostTensors.ofDoubles(values).view(tensor.master().sizes()));
        }
      }
    }
  }

  @Test
  void theModelsOwnWeightsKeepTheirBytesUntilTheAdaptersAreMerged() {
    tiny.region(REGION);
    Map<String, double[]> before = tiny.open(TinyTraining.ARGUMENTS, TinyTraining::weights);

    Map<String, double[]> after =
        adapted(
            DROPPING,
            task -> {
              train(task);
              assertThat(task.tensors()).allMatch(tensor -> norm(tensor) > 0);
              return TinyTraining.weights(task);
            });

    before.forEach((name, values) -> assertThat(after.get(name)).as(name).isEqualTo(values));
  }

  private static double norm(TrainedTensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      return tensor.master().detach().norm().item_double();
    }
  }

  @Test
  void onlyTheAdaptersAreTrainedAndBelowThemNothingIsReached() {
    tiny.region(REGION);
    adapted(
        PLAIN,
        task -> {
          assertThat(task.lowestLayer()).isEqualTo(1);
          assertThat(task.decoder().parameters().trainableNames()).isEmpty();
          assertThat(task.tensors()).hasSize(12).allMatch(TrainedTensor::decays);
          assertThat(task.trainableParameters())
              .isEqualTo(method(PLAIN).trainedNumbers(config, region(REGION)))
              .isEqualTo(2 * 3 * ((32 + 32) + (32 + 16) + (64 + 32)));
          return null;
        });
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "true, 4"})
  void neitherRecomputingNorCuttingChangesWhatIsDropped(boolean recompute, int batch) {
    tiny.in(Precision.FLOAT64).region(REGION);
    Map<String, double[]> whole = trained(TinyTraining.ARGUMENTS);

    Map<String, double[]> other =
        trained(
            TinyTraining.ARGUMENTS.with(
                Map.of(
                    "gradient_checkpointing",
                    recompute,
                    "per_device_train_batch_size",
                    batch,
                    "gradient_accumulation_steps",
                    4 / batch)));

    whole.forEach(
        (name, values) ->
            assertThat(other.get(name)).as(name).containsExactly(values, within(1e-11)));
  }

  @Test
  void recomputedLayersGiveTheSameBits() {
    tiny.region(REGION);
    assertSame(
        trained(TinyTraining.ARGUMENTS),
        trained(TinyTraining.ARGUMENTS.with("gradient_checkpointing", true)));
  }

  @Test
  void aResumedTrainingEndsWithTheBitsOfAnUndisturbedOne() {
    tiny.region(REGION);
    Map<String, double[]> undisturbed = trained(TinyTraining.ARGUMENTS);
    TrainingCheckpoints checkpoints = TrainingCheckpoints.in(folder.resolve("run"), Map.of(), 1);
    for (long pause : new long[] {3, 7}) {
      adapted(
          DROPPING,
          task -> {
            try (Trainer trainer = new Trainer(task, List.of())) {
              trainer.checkpoints(checkpoints).pauseAfter(pause).run(() -> false);
            }
            return null;
          });
    }

    Map<String, double[]> resumed =
        adapted(
            DROPPING,
            task -> {
              try (Trainer trainer = new Trainer(task, List.of())) {
                trainer.checkpoints(checkpoints).run(() -> false);
              }
              return masters(task);
            });

    assertSame(undisturbed, resumed);
  }

  @Test
  void dropoutMattersAndDependsOnTheSeed() {
    tiny.region(REGION);
    String name = modules().get(0).keyOfB();
    double[] dropped = trained(TinyTraining.ARGUMENTS).get(name);
    double[] plain = adapted(PLAIN, LoraTrainingTest::train).get(name);
    assertThat(dropped).isNotEqualTo(plain);
  }

  @Test
  void mergedWeightsScoreLikeTheAdaptersWithoutDropout() {
    tiny.region(REGION);
    PackedBatch batch = PackedBatch.pack(TinyTraining.rows(3, 5));
    tiny.open(
        TinyTraining.ARGUMENTS,
        region -> {
          try (MethodTask task = begun(DROPPING, region)) {
            double untrained = evaluate(region, batch);
            train(task.task());
            double beside = evaluate(task.task(), batch);

            task.completion()
                .complete(TinyAdapters.description(tiny.model()), folder.resolve("adapter"));

            assertThat(evaluate(region, batch))
                .isCloseTo(beside, within(1e-4))
                .isNotCloseTo(untrained, within(1e-2));
          }
          return null;
        });
  }

  private static double evaluate(TrainingTask task, PackedBatch batch) {
    return new GradientPass(task.decoder(), task.objective(), 1, ActivationMemory.KEEP)
        .evaluate(batch);
  }

  @Test
  void aRankThatNoWeightHasIsRefused() {
    assertThatThrownBy(() -> method(new LoraArguments(17, 6, 0, List.of(), false)))
        .hasMessageContaining("lora.rank: the rank is higher than a weight can have")
        .hasMessageContaining("at most 16, for model.layers.1.self_attn.v_proj");
    method(new LoraArguments(17, 6, 0, List.of("q_proj"), false));
  }

  @Test
  void targetModulesNarrowTheRegionAndNeverWidenIt() {
    LoraTraining narrow = method(new LoraArguments(3, 6, 0, List.of("v_proj"), false));
    assertThat(narrow.changed(config, region(REGION)).keySet())
        .containsExactly(
            "model.layers.1.self_attn.v_proj.weight", "model.layers.2.self_attn.v_proj.weight");
    assertThatThrownBy(() -> method(new LoraArguments(3, 6, 0, List.of("o_proj"), false)))
        .hasMessageContaining("lora.target_modules: a module outside the region has no adapter")
        .hasMessageContaining("found o_proj");
  }

  @Test
  void theWholeModelMeansEveryProjection() {
    LoraTraining all = LoraTraining.of(PLAIN, config, region("all"));
    assertThat(all.modules()).hasSize(4 * 7);
    assertThat(all.changed(config, region("all")).keySet()).noneMatch(n -> n.contains("norm"));
  }

  private Map<String, double[]> trained(TrainingArguments arguments) {
    return adapted(DROPPING, arguments, LoraTrainingTest::train);
  }

  private static Map<String, double[]> train(TrainingTask task) {
    try (Trainer trainer = new Trainer(task, List.of())) {
      trainer.run(() -> false);
    }
    return masters(task);
  }

  private static Map<String, double[]> masters(TrainingTask task) {
    Map<String, double[]> masters = new LinkedHashMap<>();
    for (TrainedTensor tensor : task.tensors()) {
      masters.put(tensor.name(), HostTensors.toDoubles(tensor.master()));
    }
    return masters;
  }

  private <T> T adapted(LoraArguments lora, TinyTraining.Action<T> action) {
    return adapted(lora, TinyTraining.ARGUMENTS, action);
  }

  private <T> T adapted(
      LoraArguments lora, TrainingArguments arguments, TinyTraining.Action<T> action) {
    return tiny.open(
        arguments,
        region -> {
          try (MethodTask task = begun(lora, region)) {
            return action.with(task.task());
          }
        });
  }

  private MethodTask begun(LoraArguments lora, TrainingTask plain) {
    LoraTraining method = method(lora);
    return method.onto(
        method.begin(
            plain.decoder(), region(REGION), plain.rows(), plain.evalRows(), plain.arguments()));
  }

  private LoraTraining method(LoraArguments lora) {
    return LoraTraining.of(lora, config, region(REGION));
  }

  private Region region(String text) {
    return RegionParser.parse(text, config.numHiddenLayers());
  }

  private static void assertSame(Map<String, double[]> wanted, Map<String, double[]> found) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
  }
}
