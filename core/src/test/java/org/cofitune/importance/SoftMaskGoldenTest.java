package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.GoldenFolders;
import org.cofitune.model.GoldenModel;
import org.cofitune.train.GoldenTraining;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights after masked steps against PyTorch's numbers. */
class SoftMaskGoldenTest {

  static Stream<Arguments> runs() {
    return GoldenFolders.all()
        .flatMap(
            folder ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .map(precision -> Arguments.of(folder, precision)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void weightsAfterStepsWithMaskedGradientsAgree(Path folder, Precision precision) {
    assertMasked(folder, precision, MaskTarget.GRADIENT, "before");
  }

  @ParameterizedTest
  @MethodSource("runs")
  void weightsAfterMaskedStepsAgree(Path folder, Precision precision) {
    assertMasked(folder, precision, MaskTarget.UPDATE, "update");
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aKeyValueHeadMattersAsMuchAsItsMostImportantQueryHead(Path folder, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      int group = golden.config().attention().groupSize();
      UnitImportance importance = importance(golden);
      double[] actual =
          IntStream.range(0, golden.config().numHiddenLayers())
              .mapToObj(layer -> importance.keyValueHeads(layer, group))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      assertThat(actual).containsExactly(HostTensors.toDoubles(golden.input("impt.kv_head")));
    }
  }

  private static void assertMasked(
      Path folder, Precision precision, MaskTarget target, String run) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      SoftMaskSettings settings = SoftMaskSettings.of(target);
      boolean whole = golden.expects("adamw.all.total3." + run + ".model.norm.weight");
      for (String selection :
          whole ? List.of("mlp_l1-2", "qkv_l0", "all") : List.of("mlp_l1-2", "qkv_l0")) {
        try (SoftMask mask =
            new SoftMask(golden.config(), importance(golden), settings, step -> {})) {
          GoldenTraining.assertRun(golden, selection, 3, run, task -> mask);
        }
      }
    }
  }

  private static UnitImportance importance(GoldenModel golden) {
    Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      double[] flat = HostTensors.toDoubles(golden.input("impt." + kind.word()));
      int units = kind.units(golden.config());
      double[][] layers = new double[golden.config().numHiddenLayers()][];
      for (int layer = 0; layer < layers.length; layer++) {
        layers[layer] = Arrays.copyOfRange(flat, layer * units, (layer + 1) * units);
      }
      values.put(kind, layers);
    }
    return new UnitImportance(new UnitValues(values));
  }
}
