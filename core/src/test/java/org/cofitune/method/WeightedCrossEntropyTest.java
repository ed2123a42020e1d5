package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.train.CrossEntropy;
import org.cofitune.train.TokenLosses;
import org.cofitune.train.TokenObjective;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class WeightedCrossEntropyTest {
  private static final int ROWS = 6;
  private static final int VOCABULARY = 40;
  private static final int[] TARGETS = {3, 39, 0, 17, 5, 5};

  private final double[] logits = logits();

  @BeforeAll
  static void startTheEngine() {
    Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  @Test
  void dftWeightsATokenByTheProbabilityOfItsTarget() {
    requireFormula(new TargetProbability(), (row, target) -> softmax(row)[target]);
  }

  @Test
  void eaftWeightsATokenByTheEntropyOfTheMostProbable() {
    requireFormula(new PredictionEntropy(20, 1), (row, target) -> entropy(row, 20) / Math.log(20));
    requireFormula(
        new PredictionEntropy(5, 0.5), (row, target) -> Math.sqrt(entropy(row, 5) / Math.log(5)));
  }

  @Test
  void eaftCanTakeTheWholeVocabulary() {
    requireFormula(
        new PredictionEntropy(0, 1),
        (row, target) -> entropy(row, VOCABULARY) / Math.log(VOCABULARY));
  }

  @Test
  void eaftOfExponentZeroIsTheCrossEntropy() {
    assertThat(gradient(new WeightedCrossEntropy(new PredictionEntropy(20, 0))))
        .isEqualTo(gradient(new CrossEntropy()));
  }

  @Test
  void aConfidentConflictTeachesNothingAndDoubtTeachesInFull() {
    Arrays.fill(logits, 0, VOCABULARY, 0);
    Arrays.fill(logits, VOCABULARY, 2 * VOCABULARY, 0);
    logits[VOCABULARY + 1] = 1000; // certain of another token than its target

    double[] weighted = gradient(new WeightedCrossEntropy(new PredictionEntropy(20, 1)));

    assertThat(Arrays.copyOfRange(weighted, 0, VOCABULARY))
        .containsExactly(
            Arrays.copyOfRange(gradient(new CrossEntropy()), 0, VOCABULARY), within(1e-12));
    assertThat(Arrays.copyOfRange(weighted, VOCABULARY, 2 * VOCABULARY))
        .containsExactly(new double[VOCABULARY], within(1e-12));
  }

  /** A weight written down as in the paper. */
  private interface NaiveWeight {
    double of(double[] row, int target);
  }

  private void requireFormula(TokenWeight weight, NaiveWeight naive) {
    double wantedLoss = 0;
    double wantedCrossEntropy = 0;
    double[] wanted = new double[logits.length];
    for (int r = 0; r < ROWS; r++) {
      double[] row = Arrays.copyOfRange(logits, r * VOCABULARY, (r + 1) * VOCABULARY);
      double[] probabilities = softmax(row);
      double factor = naive.of(row, TARGETS[r]);
      double loss = -Math.log(probabilities[TARGETS[r]]);
      wantedCrossEntropy += loss;
      wantedLoss += factor * loss;
      for (int v = 0; v < VOCABULARY; v++) {
        wanted[r * VOCABULARY + v] = factor * (probabilities[v] - (v == TARGETS[r] ? 1 : 0));
      }
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values = HostTensors.ofDoubles(logits.clone(), ROWS, VOCABULARY);
      TokenLosses losses = new WeightedCrossEntropy(weight).differentiate(values, targets());
      assertThat(losses.minimised().item_double()).isCloseTo(wantedLoss, within(1e-12));
      assertThat(losses.crossEntropy().item_double()).isCloseTo(wantedCrossEntropy, within(1e-12));
      assertThat(HostTensors.toDoubles(values)).containsExactly(wanted, within(1e-13));
    }
  }

  private double[] gradient(TokenObjective objective) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values = HostTensors.ofDoubles(logits.clone(), ROWS, VOCABULARY);
      objective.differentiate(values, targets());
      return HostTensors.toDoubles(values);
    }
  }

  private static Tensor targets() {
    return HostTensors.ofLongs(Arrays.stream(TARGETS).asLongStream().toArray(), ROWS);
  }

  private static double[] logits() {
    Random random = new Random(11);
    return random.doubles((long) ROWS * VOCABULARY, -3, 3).toArray();
  }

  private static double[] softmax(double[] row) {
    double sum = Arrays.stream(row).map(Math::exp).sum();
    return Arrays.stream(row).map(x -> Math.exp(x) / sum).toArray();
  }

  private static double entropy(double[] row, int largest) {
    double[] kept =
        IntStream.range(0, row.length)
            .mapToObj(i -> row[i])
            .sorted(Comparator.reverseOrder())
            .limit(largest)
            .mapToDouble(Double::doubleValue)
            .toArray();
    return Arrays.stream(softmax(kept)).map(p -> -p * Math.log(p)).sum();
  }
}
