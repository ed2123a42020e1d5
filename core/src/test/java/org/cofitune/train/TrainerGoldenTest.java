package org.cofitune.train;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Precision;
import org.cofitune.model.GoldenFolders;
import org.cofitune.model.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights after AdamW steps against PyTorch's numbers. */
class TrainerGoldenTest {
  static Stream<Arguments> runs() {
    return GoldenFolders.all()
        .flatMap(
            folder ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .map(precision -> Arguments.of(folder, precision)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void weightsAfterThreeStepsAgree(Path folder, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      for (String selection : GoldenTraining.REGIONS.keySet()) {
        GoldenTraining.assertRun(golden, selection, 3, "nomask", task -> UpdateRule.PLAIN);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void warmUpTakesItsFirstStepWithRateZero(Path folder, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      if (golden.expects("adamw.mlp_l1-2.total67.nomask.model.layers.1.mlp.up_proj.weight")) {
        GoldenTraining.assertRun(golden, "mlp_l1-2", 67, "nomask", task -> UpdateRule.PLAIN);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aRuleMayChangeGradientsBeforeTheClip(Path folder, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      GoldenTraining.assertRun(golden, "mlp_l1-2", 3, "before", task -> new RowMask(golden, true));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aRuleMayChangeWhatAdamwDid(Path folder, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(folder, precision)) {
      GoldenTraining.assertRun(golden, "mlp_l1-2", 3, "update", task -> new RowMask(golden, false));
    }
  }

  /** Scales rows of up and down projections by one minus an importance. */
  private record RowMask(GoldenModel golden, boolean gradient) implements UpdateRule {
    @Override
    public void adjustGradients(long step, List<TrainedTensor> tensors) {
      if (gradient) {
        tensors.forEach(tensor -> tensor.gradient().mul_(kept(tensor)));
      }
    }

    @Override
    public boolean adjustsUpdate(TrainedTensor tensor) {
      return !gradient;
    }

    @Override
    public void adjustUpdate(long step, TrainedTensor tensor, Tensor before) {
      Tensor master = tensor.master().detach();
      master.sub_(before).mul_(kept(tensor)).add_(before);
    }

    /** {@code [rows, 1]}. */
    private Tensor kept(TrainedTensor tensor) {
      String units = tensor.name().contains("up_proj") ? "intermediate" : "output";
      long layer = Long.parseLong(tensor.name().split("\\.", -1)[2]);
      Tensor importance = golden.input("impt." + units).select(0, layer);
      return importance.to(tensor.master().scalar_type()).neg().add(new Scalar(1.0)).unsqueeze(1);
    }
  }
}
