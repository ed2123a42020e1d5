package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForwardDivergenceTest {
  private static final int[] SHORT = {1, 50, 60, 70};
  private static final int[] LONG = {1, 100, 101, 102, 103, 104, 105, 106};

  @TempDir private Path folder;
  private LoadedModel base;
  private LoadedModel tuned;

  @BeforeEach
  void openModels() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    base = open("base", 1, engine);
    tuned = open("tuned", 2, engine);
  }

  private LoadedModel open(String name, long seed, Engine engine) {
    Path checkpoint = TinyModel.llama().withSeed(seed).writeTo(folder.resolve(name));
    return LoadedModel.open(checkpoint, engine, Precision.FLOAT64);
  }

  @AfterEach
  void closeModels() {
    base.close();
    tuned.close();
  }

  @Test
  void itIsTheFormulaOverTheSupervisedPositionsOfEachText() {
    List<ForwardDivergence.Text> texts =
        new ForwardDivergence(base.decoder(), tuned.decoder())
            .measure(List.of(supervisedFrom(1, SHORT), supervisedFrom(5, LONG)), n -> {});

    assertThat(texts).extracting(ForwardDivergence.Text::tokens).containsExactly(3, 3);
    assertSums(texts.get(0), SHORT, 1);
    assertSums(texts.get(1), LONG, 5);
  }

  @Test
  void aModelDoesNotDivergeFromItself() {
    ForwardDivergence.Text text =
        new ForwardDivergence(base.decoder(), base.decoder())
            .measure(List.of(supervisedFrom(1, LONG)), n -> {})
            .get(0);

    assertThat(text.divergence()).isZero();
    assertThat(text.tunedNll()).isEqualTo(text.baseNll()).isPositive();
  }

  private void assertSums(ForwardDivergence.Text text, int[] ids, int from) {
    double[][] p = probabilities(base.decoder(), ids);
    double[][] q = probabilities(tuned.decoder(), ids);
    double divergence = 0;
    double baseNll = 0;
    double tunedNll = 0;
    for (int at = from; at < ids.length; at++) {
      for (int v = 0; v < TinyModel.VOCABULARY; v++) {
        divergence += p[at - 1][v] * Math.log(p[at - 1][v] / q[at - 1][v]);
      }
      baseNll -= Math.log(p[at - 1][ids[at]]);
      tunedNll -= Math.log(q[at - 1][ids[at]]);
    }
    assertThat(text.divergence()).isCloseTo(divergence, within(1e-9));
    assertThat(text.baseNll()).isCloseTo(baseNll, within(1e-9));
    assertThat(text.tunedNll()).isCloseTo(tunedNll, within(1e-9));
  }

  private static double[][] probabilities(Decoder decoder, int[] ids) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(HostTensors.ofIds(ids).to(ScalarType.Long)),
              decoder.packed(new int[] {0, ids.length}));
      double[] logits = HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
      double[][] rows = new double[ids.length][];
      for (int i = 0; i < ids.length; i++) {
        double[] row =
            Arrays.stream(logits, i * TinyModel.VOCABULARY, (i + 1) * TinyModel.VOCABULARY)
                .map(Math::exp)
                .toArray();
        double sum = Arrays.stream(row).sum();
        rows[i] = Arrays.stream(row).map(x -> x / sum).toArray();
      }
      return rows;
    }
  }

  private static TokenizedExample supervisedFrom(int from, int[] ids) {
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, from, TokenizedExample.IGNORED);
    return new TokenizedExample(ids, labels, new RowSource(Path.of("rows"), 1, 1), false);
  }
}
