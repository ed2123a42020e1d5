package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.train.ActivationMemory;
import org.cofitune.train.CrossEntropy;
import org.cofitune.train.GradientPass;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PenaltyTrainingTest {
  private static final double RATE = 1e-3;
  private static final double HUGE = 1e9;

  @TempDir Path temporary;
  private TinyTraining training;

  @BeforeEach
  void writeModel() {
    training = TinyTraining.in(temporary);
  }

  @Test
  void afterAStepL2HasDividedTheDistance() {
    training.in(Precision.FLOAT64);
    Map<String, double[]> start = train(0, plain());
    Map<String, double[]> free = train(1, plain());
    Map<String, double[]> pulled = train(1, update(MethodName.L2, 250));
    free.forEach(
        (name, values) -> {
          double[] base = start.get(name);
          double[] wanted = new double[base.length];
          Arrays.setAll(wanted, i -> base[i] + (values[i] - base[i]) / (1 + RATE * 250));
          assertThat(pulled.get(name)).as(name).containsExactly(wanted, within(1e-15));
        });
  }

  @Test
  void afterAStepL1HasTakenTheThresholdOff() {
    training.in(Precision.FLOAT64);
    Map<String, double[]> start = train(0, plain());
    Map<String, double[]> free = train(1, plain());
    Map<String, double[]> pulled = train(1, update(MethodName.L1, 0.4));
    free.forEach(
        (name, values) -> {
          double[] base = start.get(name);
          double[] wanted = new double[base.length];
          Arrays.setAll(
              wanted,
              i -> {
                double far = values[i] - base[i];
                return base[i] + Math.signum(far) * Math.max(0, Math.abs(far) - RATE * 0.4);
              });
          assertThat(pulled.get(name)).as(name).containsExactly(wanted, within(1e-15));
        });
  }

  @Test
  void valueAndGradientAreThoseOfTheFormula() {
    for (MethodName name : List.of(MethodName.L1, MethodName.L2)) {
      training
          .in(Precision.FLOAT64)
          .open(TinyTraining.ARGUMENTS, task -> requireFormula(task, name));
    }
  }

  private static int requireFormula(TrainingTask task, MethodName name) {
    PenaltyTraining method = new PenaltyTraining(name, 0.3, PenaltyTarget.GRADIENT);
    try (MethodTask penalised = method.onto(task);
        PointerScope scope = new PointerScope()) {
      new GradientPass(
              task.decoder(), new CrossEntropy(), task.lowestLayer(), ActivationMemory.KEEP)
          .accumulate(PackedBatch.pack(TinyTraining.rows(4, 3)), 1);
      double wantedValue = 0;
      double[][] wanted = new double[task.tensors().size()][];
      for (int t = 0; t < wanted.length; t++) {
        TrainedTensor tensor = task.tensors().get(t);
        double[] base = HostTensors.toDoubles(tensor.master());
        double[] gradient = HostTensors.toDoubles(tensor.gradient());
        move(tensor);
        double[] moved = HostTensors.toDoubles(tensor.master());
        for (int i = 0; i < base.length; i++) {
          double far = moved[i] - base[i];
          boolean absolute = name == MethodName.L1;
          wantedValue += 0.3 * (absolute ? Math.abs(far) : far * far / 2);
          gradient[i] += 0.3 * (absolute ? Math.signum(far) : far);
        }
        wanted[t] = gradient;
      }
      try (NoGradGuard noGrad = new NoGradGuard()) {
        double value = penalised.task().rule().penalise(0, task.tensors());
        assertThat(value).isCloseTo(wantedValue, within(1e-10));
      }
      for (int t = 0; t < wanted.length; t++) {
        assertThat(HostTensors.toDoubles(task.tensors().get(t).gradient()))
            .containsExactly(wanted[t], within(1e-13));
      }
    }
    return 0;
  }

  /** Half of the numbers farther from the base, the others stay where the subgradient is 0. */
  private static void move(TrainedTensor tensor) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      long half = tensor.master().size(0) / 2;
      tensor.master().detach().narrow(0, 0, half).mul_(new Scalar(1.5));
    }
  }

  @Test
  void aHugeL1KeepsTheBitsOfTheBase() {
    Map<String, double[]> start = train(0, plain());
    Map<String, double[]> kept = train(8, update(MethodName.L1, HUGE));
    start.forEach((name, values) -> assertThat(kept.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void aHugeL2KeepsTheBaseToRounding() {
    Map<String, double[]> start = train(0, plain());
    Map<String, double[]> kept = train(8, update(MethodName.L2, HUGE));
    start.forEach(
        (name, values) ->
            assertThat(kept.get(name)).as(name).containsExactly(values, within(1e-8)));
  }

  @Test
  void asAGradientAHugeL2OnlyHoversAroundTheBase() {
    Map<String, double[]> start = train(0, plain());
    Map<String, double[]> hovering =
        train(8, new PenaltyTraining(MethodName.L2, HUGE, PenaltyTarget.GRADIENT));
    double farthest = 0;
    for (Map.Entry<String, double[]> base : start.entrySet()) {
      double[] values = hovering.get(base.getKey());
      for (int i = 0; i < values.length; i++) {
        farthest = Math.max(farthest, Math.abs(values[i] - base.getValue()[i]));
      }
    }
    assertThat(farthest).isBetween(RATE / 10, 8 * RATE);
  }

  @Test
  void withoutStrengthThePenaltyChangesNoBit() {
    Map<String, double[]> free = train(4, plain());
    for (MethodName name : List.of(MethodName.L1, MethodName.L2)) {
      Map<String, double[]> penalised = train(4, update(name, 0));
      free.forEach((n, values) -> assertThat(penalised.get(n)).as(n).isEqualTo(values));
    }
  }

  private static Method plain() {
    return new PlainTraining(MethodName.REGION);
  }

  private static Method update(MethodName name, double strength) {
    return new PenaltyTraining(name, strength, PenaltyTarget.UPDATE);
  }

  private Map<String, double[]> train(int steps, Method method) {
    return MethodRuns.train(training, arguments(), steps, method);
  }

  private static TrainingArguments arguments() {
    return TinyTraining.ARGUMENTS.with("learning_rate", RATE);
  }
}
