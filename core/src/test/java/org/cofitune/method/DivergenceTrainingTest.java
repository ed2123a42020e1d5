package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.train.FrozenPrefix;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingTask;
import org.cofitune.train.UpdateRule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DivergenceTrainingTest {
  private static final double BETA = 0.7;

  @TempDir Path temporary;
  private TinyTraining training;

  @BeforeEach
  void writeModel() {
    training = TinyTraining.in(temporary).rows(TinyTraining.rows(4, 7));
  }

  @Test
  void theGradientIsThatOfTheWholeLossTakenAtOnce() {
    training.in(Precision.FLOAT64);
    for (String region : List.of("1-2:up_proj,down_proj", "all")) {
      for (boolean recompute : new boolean[] {false, true}) {
        TrainingArguments arguments =
            TinyTraining.ARGUMENTS
                .with("gradient_checkpointing", recompute)
                .with("max_steps", 1)
                .with("max_grad_norm", 0);
        training
            .region(region)
            .open(
                arguments,
                task -> {
                  requireNaiveGradient(task);
                  return 0;
                });
      }
    }
  }

  private static void requireNaiveGradient(TrainingTask task) {
    Gradients taken = new Gradients();
    List<TrainingEvent.StepTaken> steps = new ArrayList<>();
    try (MethodTask held = new DivergenceTraining(BETA).onto(task)) {
      Decoder base = held.task().reference().reference();
      moveFromTheBase(task);
      Naive naive = Naive.of(task, base);
      try (Trainer trainer =
          new Trainer(
              held.task().withRule(taken),
              List.of(
                  event -> {
                    if (event instanceof TrainingEvent.StepTaken step) {
                      steps.add(step);
                    }
                  }))) {
        trainer.run(() -> false);
      }
      assertThat(taken.byName.keySet()).isEqualTo(naive.gradients().keySet());
      naive
          .gradients()
          .forEach(
              (name, wanted) ->
                  assertThat(taken.byName.get(name))
                      .as(name)
                      .containsExactly(wanted, within(1e-12)));
      assertThat(naive.divergence()).isGreaterThan(1e-3);
      assertThat(steps.get(0).measured().get("divergence"))
          .isCloseTo(naive.divergence(), within(1e-12));
      assertThat(steps.get(0).loss())
          .isCloseTo(
              steps.get(0).measured().get("cross_entropy") + BETA * naive.divergence(),
              within(1e-12));
    }
  }

  private static void moveFromTheBase(TrainingTask task) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      task.tensors().forEach(tensor -> tensor.master().detach().mul_(new Scalar(1.2)));
    }
  }

  /** Notes the gradients of a step. */
  private static final class Gradients implements UpdateRule {
    private final Map<String, double[]> byName = new LinkedHashMap<>();

    @Override
    public void adjustGradients(long step, List<TrainedTensor> tensors) {
      tensors.forEach(t -> byName.put(t.name(), HostTensors.toDoubles(t.gradient())));
    }
  }

  /**
   * The loss written down as in the paper, over whole logits, differentiated by the engine.
   *
   * @param divergence mean of {@code KL(base || current)}
   */
  private record Naive(Map<String, double[]> gradients, double divergence) {
    static Naive of(TrainingTask task, Decoder base) {
      PackedBatch batch = PackedBatch.pack(task.rows());
      Map<String, double[]> gradients = new LinkedHashMap<>();
      try (PointerScope scope = new PointerScope()) {
        Tensor logs = torch.log_softmax(logits(task.decoder(), batch), 1);
        Tensor baseLogs = torch.log_softmax(logits(base, batch).detach(), 1);
        Tensor targets = HostTensors.ofIds(batch.targets()).to(torch.ScalarType.Long);
        Tensor crossEntropy = logs.gather(1, targets.unsqueeze(1)).mean().neg();
        Tensor divergence =
            baseLogs
                .exp()
                .mul(baseLogs.sub(logs))
                .sum()
                .div(new Scalar((double) batch.supervisedTokens()));
        crossEntropy.add(divergence, new Scalar(BETA)).backward();
        for (TrainedTensor tensor : task.tensors()) {
          gradients.put(tensor.name(), HostTensors.toDoubles(tensor.gradient()));
          tensor.master().mutable_grad().zero_();
        }
        return new Naive(gradients, divergence.item_double());
      }
    }

    private static Tensor logits(Decoder decoder, PackedBatch batch) {
      Tensor ids = HostTensors.ofIds(batch.ids()).to(torch.ScalarType.Long);
      Tensor hidden =
          decoder.layers(0, decoder.layers(), decoder.embed(ids), decoder.packed(batch.offsets()));
      Tensor positions = HostTensors.ofIds(batch.targetPositions()).to(torch.ScalarType.Long);
      return decoder.logits(decoder.finalNorm(hidden.index_select(0, positions)));
    }
  }

  @Test
  void theFrozenLayersRunOnceForBothModels() {
    int[] calls = {0};
    training.open(
        TinyTraining.ARGUMENTS.with("max_steps", 1),
        task -> {
          FrozenPrefix computed = task.prefix();
          TrainingTask counted =
              task.withPrefix(
                  (layer, batch, pass) -> {
                    calls[0]++;
                    return computed.below(layer, batch, pass);
                  });
          try (MethodTask held = new DivergenceTraining(BETA).onto(counted);
              Trainer trainer = new Trainer(held.task(), List.of())) {
            trainer.run(() -> false);
          }
          return 0;
        });
    int batches = 1;
    int evaluations = 2;
    assertThat(calls[0]).isEqualTo(batches + evaluations);
  }

  @Test
  void onlyTrainedTensorsAreCopied() {
    training.open(
        TinyTraining.ARGUMENTS,
        task -> {
          try (MethodTask held = new DivergenceTraining(BETA).onto(task)) {
            Decoder base = held.task().reference().reference();
            for (String name : base.parameters().names()) {
              boolean shared =
                  base.parameters().held(name).data_ptr().address()
                      == task.decoder().parameters().held(name).data_ptr().address();
              assertThat(shared).as(name).isEqualTo(!task.decoder().parameters().isTrainable(name));
            }
          }
          return 0;
        });
  }

  @Test
  void withoutBetaTheReferenceChangesNoBit() {
    Map<String, double[]> plain = train(new PlainTraining(MethodName.REGION));
    Map<String, double[]> held = train(new DivergenceTraining(0));
    plain.forEach((name, values) -> assertThat(held.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void theMoreBetaTheCloserThePredictionsStay() {
    assertThat(lastDivergence(100)).isLessThan(lastDivergence(0) / 2);
  }

  private double lastDivergence(double beta) {
    double[] last = {Double.NaN};
    training.open(
        TinyTraining.ARGUMENTS.with("max_steps", 8),
        task -> {
          try (MethodTask held = new DivergenceTraining(beta).onto(task);
              Trainer trainer =
                  new Trainer(
                      held.task(),
                      List.of(
                          event -> {
                            if (event instanceof TrainingEvent.StepTaken step) {
                              last[0] = step.measured().get("divergence");
                            }
                          }))) {
            trainer.run(() -> false);
          }
          return 0;
        });
    return last[0];
  }

  private Map<String, double[]> train(Method method) {
    return MethodRuns.train(training, TinyTraining.ARGUMENTS, Integer.MAX_VALUE, method);
  }
}
