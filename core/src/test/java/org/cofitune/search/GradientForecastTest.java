package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.RegionParser;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.ActivationMemory;
import org.cofitune.train.CrossEntropy;
import org.cofitune.train.GradientEnergy;
import org.cofitune.train.GradientPass;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientForecastTest {
  private static final List<TokenizedExample> SPECIALITY = TinyTraining.rows(10, 3);
  private static final List<TokenizedExample> VERSATILITY = TinyTraining.rows(10, 4);
  private static final ForecastSettings ALL = new ForecastSettings(10, 4);

  @TempDir Path folder;

  @Test
  void promisesAreThoseOfFullGradients() {
    for (TinyModel tiny : List.of(TinyModel.llama(), TinyModel.qwen2(), TinyModel.mistral())) {
      try (LoadedModel model = open(tiny, Precision.FLOAT64)) {
        GradientForecast forecast =
            GradientForecast.measure(model, SPECIALITY, VERSATILITY, ALL, 1);
        Map<String, Double> pulled = naive(model, SPECIALITY);
        Map<String, Double> held = naive(model, VERSATILITY);
        assertThat(pulled).hasSize(7 * model.config().numHiddenLayers());
        int layers = model.config().numHiddenLayers();
        for (String region : List.of("0:up_proj", "1:q,k,v", "0-1:ffn", "0-1:all", "all")) {
          var parameters = RegionParser.parse(region, layers).parameters(model.config()).keySet();
          double expected =
              Math.log(
                  pulled.keySet().stream()
                          .filter(parameters::contains)
                          .mapToDouble(pulled::get)
                          .sum()
                      / held.keySet().stream()
                          .filter(parameters::contains)
                          .mapToDouble(held::get)
                          .sum());
          assertThat(forecast.promise(RegionParser.parse(region, layers)))
              .as(tiny.modelType() + " " + region)
              .isCloseTo(expected, within(1e-9));
        }
      }
    }
  }

  @Test
  void theSameRowsHaveTheSamePromiseAndEqualKindsPromiseNothing() {
    try (LoadedModel model = open(TinyModel.llama().withDtype("BF16"), Precision.FLOAT32)) {
      ForecastSettings few = new ForecastSettings(5, 2);
      var region = RegionParser.parse("1-2:ffn", 4);
      double first =
          GradientForecast.measure(model, SPECIALITY, VERSATILITY, few, 1).promise(region);

      assertThat(GradientForecast.measure(model, SPECIALITY, VERSATILITY, few, 1).promise(region))
          .isEqualTo(first)
          .isNotZero();
      assertThat(GradientForecast.measure(model, VERSATILITY, SPECIALITY, few, 1).promise(region))
          .isCloseTo(-first, within(1e-12));
      assertThat(GradientForecast.measure(model, SPECIALITY, SPECIALITY, few, 1).promise(region))
          .isZero();
    }
  }

  @Test
  void nothingOfTheModelChangesAndNothingIsTrainable() {
    try (LoadedModel model = open(TinyModel.llama(), Precision.FLOAT32)) {
      Map<String, double[]> before = TinySearch.weights(model.parameters());

      GradientForecast.measure(model, SPECIALITY, VERSATILITY, ALL, 1);

      assertThat(model.parameters().trainableNames()).isEmpty();
      TinySearch.weights(model.parameters())
          .forEach((name, values) -> assertThat(values).isEqualTo(before.get(name)));
      for (String name : model.parameters().names()) {
        assertThat(model.parameters().held(name).requires_grad()).as(name).isFalse();
      }
    }
  }

  @Test
  void manyBatchesTakeNoMoreMemoryThanAFew() {
    try (LoadedModel model = open(TinyModel.llama(), Precision.FLOAT32);
        GradientEnergy energy = new GradientEnergy(model.decoder())) {
      List<TokenizedExample> rows = TinyTraining.rows(200, 5);
      List<Long> resident = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        energy.of(rows, 1);
        System.gc();
        resident.add(ProcessMemory.now().resident());
      }
      assertThat(resident.get(3) - resident.get(0)).as("%s", resident).isLessThan(24L << 20);
    }
  }

  /** Mean over batches of the squared norm of every projection's gradient, all held at once. */
  private static Map<String, Double> naive(LoadedModel model, List<TokenizedExample> rows) {
    int layers = model.config().numHiddenLayers();
    var region = RegionParser.parse("0-" + (layers - 1) + ":mha+ffn", layers);
    List<PackedBatch> batches = MicroBatches.ofSequences(rows, ALL.forecastBatchSize()).batches();
    Map<String, Double> energy = new TreeMap<>();
    for (PackedBatch batch : batches) {
      model.parameters().train(region.parameters(model.config()).keySet());
      new GradientPass(model.decoder(), new CrossEntropy(), 0, ActivationMemory.KEEP)
          .accumulate(batch, 1.0 / batch.supervisedTokens());
      for (String name : model.parameters().trainableNames()) {
        if (name.endsWith("weight")) {
          try (PointerScope scope = new PointerScope()) {
            double sum = 0;
            for (double g :
                HostTensors.toDoubles(new Tensor(model.parameters().held(name).grad()))) {
              sum += g * g;
            }
            energy.merge(name, sum / batches.size(), Double::sum);
          }
        }
      }
      model.parameters().freezeAll();
    }
    return energy;
  }

  private LoadedModel open(TinyModel tiny, Precision precision) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Path checkpoint = tiny.writeTo(folder.resolve(tiny.modelType() + tiny.dtype()));
    return LoadedModel.open(checkpoint, engine, precision);
  }
}
