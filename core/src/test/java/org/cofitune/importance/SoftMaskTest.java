package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Projection;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoftMaskTest {
  private static final String REGION = "0-1:q_proj,k_proj,v_proj,gate_proj,up_proj,down_proj";
  private static final int STEPS = 4;

  @TempDir Path temporary;
  private TinyTraining training;
  private ModelConfig config;
  private final List<MaskStatistics> statistics = new ArrayList<>();

  @BeforeEach
  void writeModel() {
    training = TinyTraining.in(temporary).region(REGION);
    config = ModelConfigReader.read(training.model());
  }

  @Test
  void rowsOfImportanceOneKeepTheirBitsAndOthersMove() {
    UnitImportance everyOther = importance(unit -> unit % 2);
    Map<String, double[]> before = train(0, null);
    Map<String, double[]> after = train(STEPS, mask(MaskTarget.UPDATE, everyOther));
    for (Projection projection : List.of(Projection.UP_PROJ, Projection.DOWN_PROJ)) {
      String name = projection.weight(1);
      int columns = config.columns(projection);
      for (int row = 0; row < config.rows(projection); row++) {
        double[] old = Arrays.copyOfRange(before.get(name), row * columns, (row + 1) * columns);
        double[] now = Arrays.copyOfRange(after.get(name), row * columns, (row + 1) * columns);
        if (row % 2 == 1) {
          assertThat(bits(now)).as("%s row %d", name, row).isEqualTo(bits(old));
        } else {
          assertThat(now).as("%s row %d", name, row).isNotEqualTo(old);
        }
      }
    }
  }

  @Test
  void rowsOfImportanceZeroGetTheBitsThatTheyGetWithoutMask() {
    for (MaskTarget target : MaskTarget.values()) {
      Map<String, double[]> masked = train(STEPS, mask(target, importance(unit -> 0)));
      train(STEPS, null).forEach((name, values) -> assertSameBits(name, masked.get(name), values));
    }
  }

  @Test
  void aRowOfImportanceOneKeepsTheSignOfZeroAndOutlivesAnOverflow() {
    training.open(
        TinyTraining.ARGUMENTS,
        task -> {
          TrainedTensor tensor = task.tensors().get(0);
          try (SoftMask mask = mask(MaskTarget.UPDATE, importance(unit -> 1));
              PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            Tensor before = tensor.master().detach().clone();
            before.fill_(new Scalar(-0.0));
            tensor.master().detach().fill_(new Scalar(Double.POSITIVE_INFINITY));
            mask.adjustUpdate(0, tensor, before);
            assertSameBits(
                tensor.name(),
                HostTensors.toDoubles(tensor.master()),
                HostTensors.toDoubles(before));
          }
          return 0;
        });
  }

  @Test
  void strengthZeroIsNoMask() {
    SoftMaskSettings off = new SoftMaskSettings(MaskTarget.UPDATE, 0, MaskRules.DEFAULT);
    Map<String, double[]> masked =
        train(STEPS, new SoftMask(config, importance(unit -> 0.7), off, statistics::add));
    train(STEPS, null).forEach((name, values) -> assertSameBits(name, masked.get(name), values));
    assertThat(statistics).hasSize(STEPS).allMatch(s -> s.removedShare() == 0);
  }

  @Test
  void theFirstStepIsShorterByTheImportance() {
    training.in(Precision.FLOAT64);
    Map<String, double[]> start = train(0, null);
    Map<String, double[]> free = train(1, null);
    Map<String, double[]> masked = train(1, mask(MaskTarget.UPDATE, importance(unit -> 0.3)));
    for (Projection projection : MaskRules.DEFAULT.kinds().keySet()) {
      String name = projection.weight(0);
      double[] unmasked = difference(free.get(name), start.get(name));
      double[] wanted = Arrays.stream(unmasked).map(x -> 0.7 * x).toArray();
      assertThat(norm(unmasked)).isGreaterThan(1e-3);
      assertThat(difference(masked.get(name), start.get(name)))
          .as(name)
          .containsExactly(wanted, within(1e-14));
    }
    assertThat(statistics).hasSize(1);
    assertThat(statistics.get(0).removedShare()).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void halfTheStrengthHalvesWhatIsTaken() {
    SoftMaskSettings half = new SoftMaskSettings(MaskTarget.UPDATE, 0.5, MaskRules.DEFAULT);
    train(1, new SoftMask(config, importance(unit -> 0.6), half, statistics::add));
    assertThat(statistics.get(0).removedShare()).isCloseTo(0.3, within(1e-6));
  }

  @Test
  void maskedGradientsHardlyChangeWhereAdamwGoesButMaskedUpdatesDo() {
    Random random = new Random(5);
    UnitImportance importance = importance(unit -> random.nextDouble());
    Map<String, double[]> start = train(0, null);
    Map<String, double[]> free = train(STEPS, null);
    Map<String, double[]> gradient = train(STEPS, mask(MaskTarget.GRADIENT, importance));
    Map<String, double[]> update = train(STEPS, mask(MaskTarget.UPDATE, importance));
    String name = Projection.UP_PROJ.weight(1);
    double moved = norm(difference(free.get(name), start.get(name)));
    double byGradient = norm(difference(gradient.get(name), free.get(name))) / moved;
    double byUpdate = norm(difference(update.get(name), free.get(name))) / moved;
    assertThat(byGradient).isLessThan(0.1);
    assertThat(byUpdate).isGreaterThan(0.3);
    assertThat(statistics).hasSize(2 * STEPS).allMatch(s -> s.removedShare() > 0.3);
  }

  @Test
  void aWholeRowHasItsOwnUnitsFactor() {
    RowFactors factors =
        new RowFactors(
            config, importance(unit -> unit / 1000.0), SoftMaskSettings.of(MaskTarget.UPDATE));
    int headDim = config.attention().headDim();
    int group = config.attention().groupSize();
    assertThat(group).isEqualTo(2);
    for (int row = 0; row < config.intermediateSize(); row++) {
      assertThat(factors.of(Projection.UP_PROJ.weight(0)).orElseThrow()[row])
          .isEqualTo(1 - row / 1000.0);
    }
    for (int row = 0; row < config.rows(Projection.Q_PROJ); row++) {
      int head = row / headDim;
      assertThat(factors.of(Projection.Q_PROJ.weight(0)).orElseThrow()[row])
          .isEqualTo(1 - head / 1000.0);
    }
    for (int row = 0; row < config.rows(Projection.K_PROJ); row++) {
      int lastQueryHead = (row / headDim + 1) * group - 1;
      assertThat(factors.of(Projection.K_PROJ.weight(0)).orElseThrow()[row])
          .isEqualTo(1 - lastQueryHead / 1000.0);
    }
  }

  @Test
  void gateProjectionIsFreeUnlessARuleNamesIt() {
    String gate = Projection.GATE_PROJ.weight(2);
    UnitImportance importance = importance(unit -> 0.25);
    SoftMaskSettings plain = SoftMaskSettings.of(MaskTarget.UPDATE);
    SoftMaskSettings shared =
        new SoftMaskSettings(MaskTarget.UPDATE, 1, MaskRules.DEFAULT.withGateSharingIntermediate());
    assertThat(new RowFactors(config, importance, plain).of(gate)).isEmpty();
    assertThat(new RowFactors(config, importance, shared).of(gate).orElseThrow())
        .hasSize(config.intermediateSize())
        .containsOnly(0.75);
  }

  @Test
  void coverageShowsThatAMaskHasNoEffect() {
    RowFactors factors =
        new RowFactors(config, importance(unit -> 0.5), SoftMaskSettings.of(MaskTarget.UPDATE));
    String up = Projection.UP_PROJ.weight(0);
    String gate = Projection.GATE_PROJ.weight(0);
    assertThat(factors.coverage(List.of(gate)).isWithoutEffect()).isTrue();
    assertThat(factors.coverage(List.of(gate, up))).isEqualTo(new MaskCoverage(1, 1, 0.5));
  }

  @Test
  void aRuleForUnitsThatAProjectionDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> MaskRules.DEFAULT.with(Projection.DOWN_PROJ, UnitKind.HEAD))
        .hasMessageContaining("down_proj");
  }

  @Test
  void aStrengthBeyondOneIsRefused() {
    assertThatThrownBy(() -> new SoftMaskSettings(MaskTarget.UPDATE, 1.5, MaskRules.DEFAULT))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("strength")
        .hasMessageContaining("1.5");
  }

  private SoftMask mask(MaskTarget target, UnitImportance importance) {
    return new SoftMask(config, importance, SoftMaskSettings.of(target), statistics::add);
  }

  private Map<String, double[]> train(int steps, SoftMask mask) {
    TrainingArguments arguments =
        TinyTraining.ARGUMENTS.with(Map.of("max_steps", STEPS, "decay_all", true));
    return training.open(
        arguments,
        task -> {
          TrainingTask masked = mask == null ? task : task.withRule(mask);
          int[] taken = {0};
          if (steps > 0) {
            try (Trainer trainer = new Trainer(masked, List.of())) {
              trainer.run(() -> ++taken[0] == steps);
            }
          }
          if (mask != null) {
            mask.close();
          }
          return new HashMap<>(TinyTraining.weights(task));
        });
  }

  private UnitImportance importance(IntToDoubleFunction ofUnit) {
    Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      double[][] layers = new double[config.numHiddenLayers()][kind.units(config)];
      for (double[] layer : layers) {
        Arrays.setAll(layer, ofUnit);
      }
      values.put(kind, layers);
    }
    return new UnitImportance(new UnitValues(values));
  }

  private static void assertSameBits(String name, double[] actual, double[] wanted) {
    assertThat(bits(actual)).as(name).isEqualTo(bits(wanted));
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  private static double[] difference(double[] one, double[] other) {
    double[] difference = one.clone();
    Arrays.setAll(difference, i -> one[i] - other[i]);
    return difference;
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
  }
}
