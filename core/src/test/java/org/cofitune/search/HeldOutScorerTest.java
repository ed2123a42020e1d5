package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.CacheStorage;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutScorerTest {
  private static final List<TokenizedExample> SPECIALITY = TinyTraining.rows(5, 1);
  private static final List<TokenizedExample> VERSATILITY = TinyTraining.rows(7, 2);

  @TempDir Path folder;

  @Test
  void scoresAreTheGeometricMeanOfTheProbabilitiesOfSupervisedTokens() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Path checkpoint = TinyModel.llama().writeTo(folder.resolve("model"));
    try (LoadedModel model = LoadedModel.open(checkpoint, engine, Precision.FLOAT64)) {
      TrialScore score = new HeldOutScorer(SPECIALITY, VERSATILITY, 3, 0.25).score(model);

      double speciality = geometricMean(model.decoder(), SPECIALITY);
      double versatility = geometricMean(model.decoder(), VERSATILITY);
      assertThat(score.speciality()).isCloseTo(100 * speciality, within(1e-9));
      assertThat(score.versatility()).isCloseTo(100 * versatility, within(1e-9));
      assertThat(score.uni())
          .isCloseTo(100 * (0.25 * speciality + 0.75 * versatility), within(1e-9));
    }
  }

  @Test
  void whatTheFrozenLayersMakeOfRowsCanComeFromACache() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Path checkpoint = TinyModel.llama().writeTo(folder.resolve("model"));
    try (LoadedModel model = LoadedModel.open(checkpoint, engine, Precision.FLOAT64);
        SharedPrefixes prefixes = new SharedPrefixes(model.decoder(), CacheStorage.defaults())) {
      HeldOutScorer scorer = new HeldOutScorer(SPECIALITY, VERSATILITY, 3, 0.25);
      TrialScore plain = scorer.score(model);

      for (int layer : new int[] {2, 2, 3, 0, -1}) {
        TrialScore cached = scorer.score(model, layer, prefixes.below(layer));
        assertThat(cached.speciality()).isCloseTo(plain.speciality(), within(1e-9));
        assertThat(cached.versatility()).isCloseTo(plain.versatility(), within(1e-9));
      }
      assertThat(prefixes.work().reused()).isPositive();
    }
  }

  @Test
  void whatScoresDependOnIsInTheIdentity() {
    var identity = new HeldOutScorer(SPECIALITY, VERSATILITY, 3, 0.25).identity();

    assertThat(new HeldOutScorer(SPECIALITY, VERSATILITY, 8, 0.25).identity()).isEqualTo(identity);
    assertThat(new HeldOutScorer(SPECIALITY, VERSATILITY, 3, 0.5).identity())
        .isNotEqualTo(identity);
    assertThat(new HeldOutScorer(VERSATILITY, VERSATILITY, 3, 0.25).identity())
        .isNotEqualTo(identity);
    assertThat(new HeldOutScorer(SPECIALITY, SPECIALITY, 3, 0.25).identity())
        .isNotEqualTo(identity);
  }

  /** One row and one token at a time. */
  private static double geometricMean(Decoder decoder, List<TokenizedExample> rows) {
    double logarithms = 0;
    int tokens = 0;
    for (TokenizedExample row : rows) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        Tensor hidden =
            decoder.layers(
                0,
                decoder.layers(),
                decoder.embed(HostTensors.ofIds(row.ids())),
                decoder.packed(new int[] {0, row.tokens()}));
        Tensor logits = decoder.logits(decoder.finalNorm(hidden));
        for (int i = 1; i < row.tokens(); i++) {
          if (row.labels()[i] != TokenizedExample.IGNORED) {
            double[] at = HostTensors.toDoubles(logits.select(0, i - 1));
            double sum = Arrays.stream(at).map(Math::exp).sum();
            logarithms += Math.log(Math.exp(at[row.labels()[i]]) / sum);
            tokens++;
          }
        }
      }
    }
    return Math.exp(logarithms / tokens);
  }
}
