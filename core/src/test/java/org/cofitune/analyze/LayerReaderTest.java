package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.search.HeldOutScorer;
import org.cofitune.search.TrialScore;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.FrozenPrefix;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LayerReaderTest {
  private static final Offset<Double> ROUNDING = within(1e-9);
  private static final int LAYERS = 4;

  private final List<TokenizedExample> rows = TinyTraining.rows(6, 3);

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
  void theLastLayerHasTheModelsOwnLogLikelihood() {
    RowReadings readings = read(models.pair());

    TrialScore tuned = models.pair().between(models.pair().changed(), this::score);
    TrialScore base = score(models.base().decoder());
    assertThat(last(readings.base().logProbability()))
        .isCloseTo(Math.log(base.speciality() / 100), ROUNDING);
    assertThat(last(readings.tuned().logProbability()))
        .isCloseTo(Math.log(tuned.speciality() / 100), ROUNDING);
    assertThat(last(readings.tuned().finalKl())).isZero();
    assertThat(last(readings.tuned().finalTop1())).isEqualTo(1);
  }

  @Test
  void everyLayerIsReadThroughFinalNormAndOutputLayer() {
    LensReadings lens = read(models.pair()).tuned();

    List<double[][]> outputs = outputs(models.pair().tuned());
    int[] targets = targets();
    double[][] end = outputs.get(LAYERS - 1);
    for (int layer = 0; layer < LAYERS; layer++) {
      double[][] p = outputs.get(layer);
      assertThat(lens.logProbability().get(layer))
          .isCloseTo(mean(i -> Math.log(p[i][targets[i]])), ROUNDING);
      assertThat(lens.targetTop1().get(layer))
          .isCloseTo(mean(i -> best(p[i]) == targets[i] ? 1 : 0), ROUNDING);
      assertThat(lens.finalTop1().get(layer))
          .isCloseTo(mean(i -> best(p[i]) == best(end[i]) ? 1 : 0), ROUNDING);
      assertThat(lens.finalKl().get(layer)).isCloseTo(mean(i -> kl(end[i], p[i])), ROUNDING);
      int[] ranks =
          IntStream.range(0, p.length).map(i -> rank(p[i], targets[i])).sorted().toArray();
      assertThat(lens.meanRank().get(layer)).isCloseTo(mean(i -> rank(p[i], targets[i])), ROUNDING);
      assertThat(lens.medianRank().get(layer)).isEqualTo(ranks[(ranks.length - 1) / 2]);
    }
    assertThat(lens.finalKl().get(0)).isPositive();
  }

  @Test
  void layersBelowTheChangeAreTheSameAndThoseAboveAreNot() {
    RowReadings readings = read(models.pair());

    assertThat(readings.similarity().cosine().get(0)).isEqualTo(1);
    assertThat(readings.similarity().cka().get(0)).isEqualTo(1);
    assertThat(readings.base().logProbability().get(0))
        .isEqualTo(readings.tuned().logProbability().get(0));
    assertThat(readings.similarity().cosine().subList(1, LAYERS)).allMatch(c -> c < 0.9999);
    assertThat(readings.similarity().cka().subList(1, LAYERS)).allMatch(c -> c < 0.9999);
  }

  @Test
  void similarityIsThatOfTheFormulas() {
    SimilarityReadings similarity = read(models.pair()).similarity();

    for (int layer = 1; layer < LAYERS; layer++) {
      double[][] x = states(models.pair().base(), layer);
      double[][] y = states(models.pair().tuned(), layer);
      double cosine = mean(i -> dot(x[i], y[i]) / Math.sqrt(dot(x[i], x[i]) * dot(y[i], y[i])));
      assertThat(similarity.cosine().get(layer)).isCloseTo(cosine, ROUNDING);
      double[][] k = centred(x);
      double[][] l = centred(y);
      double cka = inner(k, l) / Math.sqrt(inner(k, k) * inner(l, l));
      assertThat(similarity.cka().get(layer)).isCloseTo(cka, ROUNDING);
    }
  }

  @Test
  void aChangedEmbeddingMakesEveryLayerDiffer() {
    try (TinyPair whole = TinyPair.in(folder.resolve("whole"), TinyModel.qwen2(), "all")) {
      RowReadings readings = read(whole.pair());

      assertThat(readings.similarity().cosine()).allMatch(c -> c < 0.99999);
      assertThat(last(readings.tuned().logProbability()))
          .isCloseTo(Math.log(score(whole.pair().tuned()).speciality() / 100), ROUNDING);
    }
  }

  @Test
  void anInterruptionEndsBeforeTheNextBatch() {
    assertThat(new LayerReader(models.pair()).read(rows, n -> {}, () -> true)).isEmpty();
  }

  private RowReadings read(ModelPair pair) {
    List<Integer> progress = new ArrayList<>();
    RowReadings readings =
        new LayerReader(pair).read(rows, progress::add, () -> false).orElseThrow();
    assertThat(progress.stream().mapToInt(n -> n).sum()).isEqualTo(rows.size());
    assertThat(readings.positions()).isEqualTo(targets().length);
    return readings;
  }

  private TrialScore score(Decoder decoder) {
    return new HeldOutScorer(rows, rows, 2, 0.5).score(decoder, 0, FrozenPrefix.computed(decoder));
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  /** The tokens to predict, row by row. */
  private int[] targets() {
    return rows.stream()
        .flatMapToInt(
            row ->
                IntStream.range(1, row.tokens())
                    .filter(i -> row.labels()[i] != TokenizedExample.IGNORED)
                    .map(i -> row.labels()[i]))
        .toArray();
  }

  /**
   * Hidden states after a layer where a token is to be predicted, one row of the data at a time.
   */
  private double[][] states(Decoder decoder, int layer) {
    List<double[]> states = new ArrayList<>();
    for (TokenizedExample row : rows) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        Tensor ids = HostTensors.ofIds(row.ids()).to(ScalarType.Long);
        Tensor stream =
            decoder.layers(
                0, layer + 1, decoder.embed(ids), decoder.packed(new int[] {0, row.tokens()}));
        for (int i = 1; i < row.tokens(); i++) {
          if (row.labels()[i] != TokenizedExample.IGNORED) {
            states.add(HostTensors.toDoubles(stream.select(0, i - 1)));
          }
        }
      }
    }
    return states.toArray(double[][]::new);
  }

  /** Probabilities of all tokens after every layer. */
  private List<double[][]> outputs(Decoder decoder) {
    List<double[][]> outputs = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      outputs.add(
          Arrays.stream(states(decoder, layer))
              .map(state -> probabilities(decoder, state))
              .toArray(double[][]::new));
    }
    return outputs;
  }

  private static double[] probabilities(Decoder decoder, double[] state) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor hidden = HostTensors.ofDoubles(state, 1, state.length);
      double[] logits = HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
      double sum = Arrays.stream(logits).map(Math::exp).sum();
      return Arrays.stream(logits).map(z -> Math.exp(z) / sum).toArray();
    }
  }

  private double mean(IntToDoubleFunction value) {
    int count = targets().length;
    return IntStream.range(0, count).mapToDouble(value).sum() / count;
  }

  private static int best(double[] p) {
    return IntStream.range(0, p.length).reduce(0, (a, b) -> p[b] > p[a] ? b : a);
  }

  private static int rank(double[] p, int target) {
    return 1 + (int) Arrays.stream(p).filter(other -> other > p[target]).count();
  }

  private static double kl(double[] p, double[] q) {
    return IntStream.range(0, p.length).mapToDouble(v -> p[v] * Math.log(p[v] / q[v])).sum();
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /** U-centred inner products (Szekely and Rizzo 2014), another way to the unbiased estimator. */
  private static double[][] centred(double[][] states) {
    int n = states.length;
    double[][] k = new double[n][n];
    double[] rowSums = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        k[i][j] = i == j ? 0 : dot(states[i], states[j]);
        rowSums[i] += k[i][j];
      }
    }
    double all = Arrays.stream(rowSums).sum() / ((n - 1.0) * (n - 2));
    double[][] centred = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sides = (rowSums[i] + rowSums[j]) / (n - 2.0);
        centred[i][j] = i == j ? 0 : k[i][j] - sides + all;
      }
    }
    return centred;
  }

  private static double inner(double[][] k, double[][] l) {
    return IntStream.range(0, k.length).mapToDouble(i -> dot(k[i], l[i])).sum();
  }
}
