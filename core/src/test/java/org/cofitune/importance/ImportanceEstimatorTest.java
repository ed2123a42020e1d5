package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.Projection;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.ActivationMemory;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportanceEstimatorTest {
  private static final ImportanceSettings SETTINGS =
      ImportanceSettings.defaults().withDropout(0.1).withBatchSize(1);
  private static final ImportanceCorpus CORPUS =
      new ImportanceCorpus("general", TinyTraining.rows(20, 3));

  @TempDir Path temporary;
  @TempDir Path models;
  private final List<ImportanceProgress> progress = new ArrayList<>();
  private Engine engine;

  @BeforeEach
  void start() {
    engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  @Test
  void signedImportanceDoesNotDependOnHowRowsAreCut() {
    double[] one = raw(measure(SETTINGS));
    assertThat(raw(measure(SETTINGS.withBatchSize(7)))).containsExactly(one, near(one));
    assertThat(raw(measure(SETTINGS.withBatchSize(20).withTokensAtOnce(25))))
        .containsExactly(one, near(one));
  }

  @Test
  void absoluteImportanceCountsBatchesThatDisagree() {
    double[] signed = raw(measure(SETTINGS));
    double[] abs = raw(measure(SETTINGS.withAggregation(Aggregation.ABS)));
    double[] wide = raw(measure(SETTINGS.withAggregation(Aggregation.ABS).withBatchSize(20)));
    for (int i = 0; i < signed.length; i++) {
      assertThat(abs[i]).isGreaterThanOrEqualTo(Math.abs(signed[i]) * (1 - 1e-9));
    }
    assertThat(wide).containsExactly(Arrays.stream(signed).map(Math::abs).toArray(), near(signed));
  }

  @Test
  void seedsDiffer() {
    assertThat(raw(measure(SETTINGS.withSeed(1)))).isNotEqualTo(raw(measure(SETTINGS)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 19})
  void anInterruptedMeasurementEndsAsAnUndisturbedOne(int batches) {
    Importance undisturbed = measure(SETTINGS);
    assertThat(measureInto(SETTINGS, batches)).isEmpty();
    assertThat(temporary.resolve("general")).doesNotExist();
    progress.clear();
    Importance resumed = measureInto(SETTINGS, Integer.MAX_VALUE).orElseThrow();
    assertThat(raw(resumed)).containsExactly(raw(undisturbed));
    assertThat(resumed.description()).isEqualTo(undisturbed.description());
    assertThat(progress).hasSize(20 - batches);
    assertThat(filesOf(temporary)).containsExactly("general");
  }

  @Test
  void aKilledMeasurementGoesOnWhereItLastSaved() {
    Importance undisturbed = measure(SETTINGS);
    progress.clear();
    assertThatThrownBy(
            () ->
                withEstimator(
                    SETTINGS,
                    estimator ->
                        estimator.measureInto(
                            temporary,
                            CORPUS,
                            () -> {
                              if (progress.size() == 18) {
                                throw new IllegalStateException("killed");
                              }
                              return false;
                            })))
        .hasMessage("killed");
    progress.clear();
    Importance resumed = measureInto(SETTINGS, Integer.MAX_VALUE).orElseThrow();
    assertThat(progress).hasSize(4);
    assertThat(raw(resumed)).containsExactly(raw(undisturbed));
  }

  @Test
  void anUnfinishedMeasurementWithOtherSettingsIsNotGoneOnWith() {
    assertThat(measureInto(SETTINGS, 5)).isEmpty();
    progress.clear();
    Importance other = measureInto(SETTINGS.withSeed(9), Integer.MAX_VALUE).orElseThrow();
    assertThat(progress).hasSize(20);
    assertThat(raw(other)).containsExactly(raw(measure(SETTINGS.withSeed(9))));
  }

  @Test
  void aFolderThatIsThereIsRefusedBeforeAnythingIsMeasured() {
    measureInto(SETTINGS, Integer.MAX_VALUE);
    progress.clear();
    assertThatThrownBy(() -> measureInto(SETTINGS, Integer.MAX_VALUE))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("general");
    assertThat(progress).isEmpty();
  }

  @Test
  void progressCountsRowsAndTokens() {
    Importance importance = measure(SETTINGS.withBatchSize(8));
    long tokens = CORPUS.rows().stream().mapToLong(TokenizedExample::tokens).sum();
    assertThat(progress).extracting(ImportanceProgress::rows).containsExactly(8, 16, 20);
    assertThat(progress.get(2).tokens()).isEqualTo(tokens);
    assertThat(progress.get(2).meanDivergence()).isGreaterThan(0);
    ImportanceDescription description = importance.description().orElseThrow();
    assertThat(description.tokens()).isEqualTo(tokens);
    assertThat(description.meanDivergence()).isEqualTo(progress.get(2).meanDivergence());
  }

  @ParameterizedTest
  @EnumSource(ActivationMemory.class)
  void oddRowsGiveFiniteValues(ActivationMemory memory) {
    ImportanceCorpus odd =
        new ImportanceCorpus(
            "odd", List.of(row(TinyModel.BOS), row(70, 70, 70, 70, 70, 70, 70), row(71, 72)));
    Path model = model(TinyModel.mistral());
    try (LoadedModel loaded = LoadedModel.open(model, engine, Precision.FLOAT32);
        ImportanceEstimator estimator =
            estimator(loaded, SETTINGS.withMemory(memory).withDropout(0.5))) {
      assertFinite(estimator.measure(odd));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FLOAT32", "BFLOAT16"})
  void modelsStoredInBfloat16GiveFiniteValues(Precision precision) {
    Path model = model(TinyModel.llama().withDtype("BF16"));
    try (LoadedModel loaded = LoadedModel.open(model, engine, precision);
        ImportanceEstimator estimator = estimator(loaded, SETTINGS)) {
      assertFinite(estimator.measure(CORPUS));
    }
  }

  @Test
  void modelsStoredInFloat16GiveFiniteValuesEvenForVeryUnlikelyTokens() {
    try (LoadedModel loaded =
            LoadedModel.open(model(TinyModel.llama()), engine, Precision.FLOAT32);
        Parameters half =
            Parameters.load(
                loaded.parameters().names(),
                name -> halfOf(loaded.parameters().held(name), name.equals("lm_head.weight")),
                engine.device(),
                Precision.FLOAT32);
        ImportanceEstimator estimator =
            new ImportanceEstimator(loaded.config(), half, "half", SETTINGS, progress::add)) {
      assertFinite(estimator.measure(CORPUS));
      assertThat(progress.get(0).meanDivergence()).isGreaterThan(1);
    }
  }

  @Test
  void weightsStayFrozenAndGetNoGradient() {
    try (LoadedModel loaded =
            LoadedModel.open(model(TinyModel.qwen2()), engine, Precision.FLOAT32);
        ImportanceEstimator estimator = estimator(loaded, SETTINGS)) {
      estimator.measure(CORPUS);
      for (String name : loaded.parameters().names()) {
        try (PointerScope scope = new PointerScope()) {
          assertThat(new Tensor(loaded.parameters().held(name).grad()).defined()).isFalse();
        }
      }
    }
  }

  @Test
  void aModelInTrainingIsRefused() {
    try (LoadedModel loaded =
        LoadedModel.open(model(TinyModel.llama()), engine, Precision.FLOAT32)) {
      loaded.parameters().train(List.of(Projection.UP_PROJ.weight(0)));
      assertThatThrownBy(() -> estimator(loaded, SETTINGS))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void impossibleSettingsAreRefusedByName() {
    assertThatThrownBy(() -> SETTINGS.withDropout(0)).hasMessageContaining("dropout");
    assertThatThrownBy(() -> SETTINGS.withBatchSize(0)).hasMessageContaining("batch_size");
    assertThatThrownBy(() -> new ImportanceCorpus("../x", CORPUS.rows()))
        .hasMessageContaining("../x");
    assertThatThrownBy(() -> new ImportanceCorpus("x", List.of())).hasMessageContaining("no row");
  }

  private interface Use<T> {
    T of(ImportanceEstimator estimator);
  }

  private <T> T withEstimator(ImportanceSettings settings, Use<T> use) {
    try (LoadedModel loaded =
            LoadedModel.open(model(TinyModel.llama().withLayers(2)), engine, Precision.FLOAT64);
        ImportanceEstimator estimator = estimator(loaded, settings)) {
      return use.of(estimator);
    }
  }

  private Importance measure(ImportanceSettings settings) {
    progress.clear();
    return withEstimator(settings, estimator -> estimator.measure(CORPUS));
  }

  private Optional<Importance> measureInto(ImportanceSettings settings, int batches) {
    progress.clear();
    return withEstimator(
        settings,
        estimator -> estimator.measureInto(temporary, CORPUS, () -> progress.size() == batches));
  }

  private ImportanceEstimator estimator(LoadedModel model, ImportanceSettings settings) {
    return new ImportanceEstimator(
        model.config(), model.parameters(), "tiny", settings, progress::add);
  }

  private Path model(TinyModel tiny) {
    return tiny.writeTo(models.resolve(tiny.modelType() + tiny.dtype()));
  }

  private static Tensor halfOf(Tensor tensor, boolean extreme) {
    Tensor wide = extreme ? tensor.mul(new Scalar(200.0)) : tensor;
    return wide.to(ScalarType.Half);
  }

  private static TokenizedExample row(int... ids) {
    return new TokenizedExample(ids, ids, new RowSource(Path.of("rows.jsonl"), 1, 1), false);
  }

  private static double[] raw(Importance importance) {
    return Arrays.stream(UnitKind.values())
        .flatMapToDouble(kind -> Arrays.stream(importance.vectors().raw().flat(kind)))
        .toArray();
  }

  private static void assertFinite(Importance importance) {
    assertThat(importance.vectors().raw().isFinite()).isTrue();
    assertThat(importance.vectors().normalised().values().isFinite()).isTrue();
    assertThat(Arrays.stream(raw(importance)).anyMatch(x -> x != 0)).isTrue();
  }

  private static Offset<Double> near(double[] values) {
    return within(1e-10 * Arrays.stream(values).map(Math::abs).max().orElseThrow());
  }

  private static List<String> filesOf(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
