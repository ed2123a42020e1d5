package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.RowSource;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final String UP = "model.layers.1.mlp.up_proj.weight";

  @TempDir Path folder;

  private final List<TrainingEvent> events = new ArrayList<>();

  @Test
  void theHeldOutLossFallsOnRowsThatWereTrainedOn() {
    List<TokenizedExample> rows = TinyTraining.rows(20, 7);
    TinyTraining.in(folder)
        .evalRows(rows)
        .region("all")
        .train(
            TinyTraining.ARGUMENTS.with(Map.of("learning_rate", 1e-2, "num_train_epochs", 4)),
            events::add);
    List<Double> losses = of(TrainingEvent.Evaluated.class).map(TrainingEvent.Evaluated::evalLoss);
    assertThat(losses).hasSize(5); // before the first step and after every epoch
    assertThat(losses.get(4)).isLessThan(losses.get(0) - 2);
  }

  @Test
  void everyStepReportsWhatTheProgressDisplayShows() {
    TinyTraining.in(folder).train(TinyTraining.ARGUMENTS, events::add);
    List<TrainingEvent.StepTaken> steps = of(TrainingEvent.StepTaken.class).list();
    assertThat(steps).hasSize(10).extracting(TrainingEvent.StepTaken::step).doesNotHaveDuplicates();
    TrainingEvent.StepTaken last = steps.get(9);
    assertThat(last.totalSteps()).isEqualTo(10);
    assertThat(last.epoch()).isEqualTo(2.0);
    assertThat(last.loss()).isBetween(1.0, 20.0);
    assertThat(last.gradNorm()).isPositive();
    assertThat(last.speed().tokensPerSecond()).isPositive();
    assertThat(last.speed().secondsLeft()).isZero();
    assertThat(steps.get(0).speed().secondsLeft()).isPositive();
  }

  @Test
  void aWeightThatIsNotANumberIsNamedAtFirstUse() {
    TinyTraining tiny = TinyTraining.in(folder).evalRows(List.of());
    assertThatThrownBy(
            () ->
                tiny.open(
                    TinyTraining.ARGUMENTS,
                    task -> {
                      spoil(task, "model.layers.0.self_attn.q_proj.weight");
                      return run(task);
                    }))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TRAINING))
        .hasMessageContaining("step 1: not a number")
        .hasMessageContaining("weight model.layers.0.self_attn.q_proj.weight from rows.jsonl:");
  }

  @Test
  void aGradientThatIsNotANumberStopsTheRunBeforeItReachesTheWeights() {
    TinyTraining tiny = TinyTraining.in(folder);
    Map<String, double[]> afterTwoSteps = tiny.train(TinyTraining.ARGUMENTS.with("max_steps", 2));
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          assertThatThrownBy(() -> run(task.withRule(new SpoilsGradient(2))))
              .isInstanceOf(CofituneException.class)
              .hasMessageContaining("step 3: not a number")
              .hasMessageContaining("gradient of " + UP + " from rows.jsonl:")
              .hasMessageContaining("on_non_finite: skip");
          TinyTraining.weights(task)
              .forEach((name, values) -> assertThat(values).isEqualTo(afterTwoSteps.get(name)));
          return task;
        });
  }

  @Test
  void aStepThatIsNotANumberIsLeftOutWhenAskedFor() {
    TinyTraining.in(folder)
        .open(
            TinyTraining.ARGUMENTS.with("on_non_finite", "skip"),
            task -> {
              TrainingResult result = run(task.withRule(new SpoilsGradient(2)));
              assertThat(result.steps()).isEqualTo(10);
              assertThat(TinyTraining.weights(task).get(UP)).doesNotContain(Double.NaN);
              return result;
            });
    assertThat(of(TrainingEvent.StepTaken.class).list()).hasSize(9);
    assertThat(of(TrainingEvent.StepSkipped.class).list())
        .singleElement()
        .satisfies(
            skipped -> {
              assertThat(skipped.step()).isEqualTo(3);
              assertThat(skipped.what()).isEqualTo("gradient of " + UP);
              assertThat(skipped.rows()).hasSize(4);
            });
  }

  @Test
  void aRuleThatKeepsAllOfATensorKeepsItsBits() {
    TinyTraining tiny = TinyTraining.in(folder);
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          double[] before = TinyTraining.weights(task).get(UP);
          run(task.withRule(new Keeps(UP)));
          assertThat(TinyTraining.weights(task).get(UP)).isEqualTo(before);
          return task;
        });
    assertThat(of(TrainingEvent.StepTaken.class).list().get(0).penalty()).isEqualTo(0.25);
  }

  @Test
  void trainingEndsWhenTheHeldOutLossHasStoppedImproving() {
    TrainingArguments arguments =
        TinyTraining.ARGUMENTS.with(
            Map.of(
                "learning_rate", 0.05,
                "num_train_epochs", 50,
                "eval_steps", 2,
                "early_stopping_patience", 3,
                "load_best_model_at_end", true));
    TinyTraining tiny = TinyTraining.in(folder).region("all");
    tiny.open(
        arguments,
        task -> {
          TrainingResult result;
          try (Trainer trainer = new Trainer(task, List.of(events::add))) {
            result =
                trainer
                    .checkpoints(TrainingCheckpoints.in(folder.resolve("run"), Map.of(), 1))
                    .run(() -> false);
          }
          assertThat(result.end()).isEqualTo(TrainingResult.End.STOPPED_EARLY);
          assertThat(result.weightsStep()).isEqualTo(result.steps() - 6);
          TrainingEvent.Evaluated best =
              of(TrainingEvent.Evaluated.class).list().stream()
                  .filter(e -> e.step() == result.weightsStep())
                  .findFirst()
                  .orElseThrow();
          assertThat(result.evalLoss()).hasValue(best.evalLoss());
          return task;
        });
  }

  @Test
  void aLossThatJumpsIsReported() {
    TinyTraining.in(folder)
        .open(
            TinyTraining.ARGUMENTS,
            task ->
                run(
                    task.withObjective(
                        new TokenObjective() {
                          private int calls;

                          @Override
                          public TokenLosses differentiate(Tensor logits, Tensor targets) {
                            Tensor loss =
                                new CrossEntropy().differentiate(logits, targets).minimised();
                            return TokenLosses.ofCrossEntropy(
                                ++calls == 5 ? loss.mul(new Scalar(3.0)) : loss);
                          }
                        })));
    assertThat(of(TrainingEvent.LossSpike.class).list())
        .singleElement()
        .satisfies(spike -> assertThat(spike.loss()).isGreaterThan(2 * spike.usual()));
  }

  @Test
  void aRowWithoutSupervisionIsRefusedByItsPlace() {
    int[] ids = {4, 5, 6};
    int[] labels = {4, -100, -100}; // the first token is never a target
    TinyTraining tiny =
        TinyTraining.in(folder)
            .rows(
                List.of(
                    new TokenizedExample(
                        ids, labels, new RowSource(Path.of("a.jsonl"), 7, 7), false)));
    assertThatThrownBy(() -> tiny.train(TinyTraining.ARGUMENTS))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining("a.jsonl:7");
  }

  @Test
  void twoThousandStepsTakeNoMoreMemoryThanAFewHundred() {
    TinyTraining tiny = TinyTraining.in(folder).evalRows(List.of());
    AtomicInteger steps = new AtomicInteger();
    List<Long> resident = new ArrayList<>();
    tiny.train(
        TinyTraining.ARGUMENTS.with(Map.of("max_steps", 2000, "per_device_train_batch_size", 2)),
        event -> {
          if (steps.incrementAndGet() % 500 == 0) {
            System.gc();
            resident.add(ProcessMemory.now().resident());
          }
        });
    long growth = resident.get(3) - resident.get(0);
    assertThat(growth).as("bytes from step 500 to 2000: %s", resident).isLessThan(48L << 20);
  }

  private TrainingResult run(TrainingTask task) {
    try (Trainer trainer = new Trainer(task, List.of(events::add))) {
      return trainer.run(() -> false);
    }
  }

  private static void spoil(TrainingTask task, String name) {
    try (PointerScope scope = new PointerScope()) {
      Tensor spoilt = task.decoder().parameters().held(name).detach().clone();
      spoilt.select(0, 1).fill_(new Scalar(Double.NaN));
      task.decoder().parameters().assign(name, spoilt);
    }
  }

  private <T extends TrainingEvent> Chosen<T> of(Class<T> type) {
    return new Chosen<>(events.stream().filter(type::isInstance).map(type::cast).toList());
  }

  private record Chosen<T>(List<T> list) {
    <R> List<R> map(java.util.function.Function<T, R> field) {
      return list.stream().map(field).toList();
    }
  }

  /** Makes one element of one gradient infinite in one step. */
  private record SpoilsGradient(long when) implements UpdateRule {
    @Override
    public void adjustGradients(long step, List<TrainedTensor> tensors) {
      for (TrainedTensor tensor : tensors) {
        if (step == when && tensor.name().equals(UP)) {
          tensor.gradient().select(0, 0).fill_(new Scalar(Double.POSITIVE_INFINITY));
        }
      }
    }
  }

  /** Takes one tensor back to where it was. */
  private record Keeps(String name) implements UpdateRule {
    @Override
    public double penalise(long step, List<TrainedTensor> tensors) {
      return 0.25;
    }

    @Override
    public boolean adjustsUpdate(TrainedTensor tensor) {
      return tensor.name().equals(name);
    }

    @Override
    public void adjustUpdate(long step, TrainedTensor tensor, Tensor before) {
      assertThat(torch.equal(tensor.master(), before)).isFalse();
      tensor.master().copy_(before);
    }
  }
}
