package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.Precision;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenFolders;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.Parameters;
import org.cofitune.train.ActivationMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gate gradients against PyTorch's numbers, with its dropout masks. */
class ImportanceGoldenTest {
  private static final int BATCHES = 3;

  /** The golden loss is {@code 0.1 * summed divergence / rows}. */
  private static final double GOLDEN_FACTOR = 0.1 / 3;

  static Stream<Arguments> cases() {
    return GoldenFolders.all()
        .flatMap(
            model ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .map(precision -> Arguments.of(model, precision)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void divergenceAndGateGradientsOfEveryBatchAgree(Path model, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(model, precision);
        Parameters parameters = golden.parameters();
        GatePass pass = new GatePass(golden.config(), parameters, ActivationMemory.KEEP)) {
      for (int k = 0; k < BATCHES; k++) {
        double divergence = pass.accumulate(batch(golden, k), masks(golden, k, precision));
        UnitValues gradients = pass.takeGradients().map(g -> g * GOLDEN_FACTOR);

        String prefix = "importance.valid.batch" + k + ".";
        golden.assertAgrees(prefix + "kl_loss", new double[] {divergence * GOLDEN_FACTOR});
        for (UnitKind kind : UnitKind.values()) {
          golden.assertAgrees(prefix + "gate_grad." + kind.word(), gradients.flat(kind));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sumsOverBatchesAndTheirNormalisationAgree(Path model, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(model, precision);
        Parameters parameters = golden.parameters();
        GatePass pass = new GatePass(golden.config(), parameters, ActivationMemory.KEEP)) {
      ImportanceSums signed = ImportanceSums.none(golden.config());
      ImportanceSums abs = signed;
      for (int k = 0; k < BATCHES; k++) {
        PackedBatch batch = batch(golden, k);
        double divergence = pass.accumulate(batch, masks(golden, k, precision));
        UnitValues gradients = pass.takeGradients();
        signed = signed.plus(batch, divergence, Aggregation.SIGNED.contribution(gradients));
        abs = abs.plus(batch, divergence, Aggregation.ABS.contribution(gradients));
      }
      assertSums(golden, "sum", signed.vectors());
      assertSums(golden, "abs", abs.vectors());
    }
  }

  private static void assertSums(GoldenModel golden, String how, ImportanceVectors actual) {
    for (UnitKind kind : UnitKind.values()) {
      String prefix = "importance.valid." + how + "." + kind.word();
      golden.assertAgrees(prefix + ".raw", actual.raw().map(g -> g * GOLDEN_FACTOR).flat(kind));
      golden.assertAgrees(prefix + ".norm", actual.normalised().values().flat(kind));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void layersThatRunAgainGiveTheSameBits(Path model, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(model, precision);
        Parameters parameters = golden.parameters();
        GatePass keeping = new GatePass(golden.config(), parameters, ActivationMemory.KEEP);
        GatePass again = new GatePass(golden.config(), parameters, ActivationMemory.RECOMPUTE)) {
      DropoutMasks masks = masks(golden, 1, precision);
      assertThat(again.accumulate(batch(golden, 1), masks))
          .isEqualTo(keeping.accumulate(batch(golden, 1), masks));
      UnitValues kept = keeping.takeGradients();
      UnitValues recomputed = again.takeGradients();
      for (UnitKind kind : UnitKind.values()) {
        assertThat(recomputed.flat(kind)).containsExactly(kept.flat(kind));
      }
    }
  }

  static DropoutMasks masks(GoldenModel golden, int k, Precision precision) {
    return new GoldenDropout(golden, k, precision.scalarType());
  }

  static PackedBatch batch(GoldenModel golden, int k) {
    GoldenBatch batch = golden.batch(k, "labels");
    int[] ids = Arrays.stream(batch.packed(batch.ids())).mapToInt(Math::toIntExact).toArray();
    return new PackedBatch(ids, batch.offsets(), new int[0], new int[0]);
  }
}
