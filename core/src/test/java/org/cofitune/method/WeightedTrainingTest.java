package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WeightedTrainingTest {
  private static final Method DFT =
      new WeightedTraining(MethodName.DFT, EntropyArguments.defaults());
  private static final Method PLAIN = new PlainTraining(MethodName.REGION);

  @TempDir Path temporary;
  private TinyTraining training;

  @BeforeEach
  void writeModel() {
    training = TinyTraining.in(temporary);
  }

  @Test
  void theHeldOutLossIsThePlainCrossEntropy() {
    assertThat(events(DFT, TrainingEvent.Evaluated.class).get(0).evalLoss())
        .isEqualTo(events(PLAIN, TrainingEvent.Evaluated.class).get(0).evalLoss());
  }

  @Test
  void aStepSaysItsPlainCrossEntropyBesideTheSmallerWeightedLoss() {
    TrainingEvent.StepTaken weighted = events(DFT, TrainingEvent.StepTaken.class).get(0);
    TrainingEvent.StepTaken plain = events(PLAIN, TrainingEvent.StepTaken.class).get(0);
    assertThat(weighted.measured().get("cross_entropy")).isEqualTo(plain.loss());
    assertThat(weighted.loss()).isLessThan(plain.loss());
    assertThat(plain.measured()).isEmpty();
  }

  private <E extends TrainingEvent> List<E> events(Method method, Class<E> type) {
    List<E> events = new ArrayList<>();
    training.open(
        TinyTraining.ARGUMENTS.with("max_steps", 1),
        task -> {
          try (MethodTask changed = method.onto(task);
              Trainer trainer =
                  new Trainer(
                      changed.task(),
                      List.of(
                          event -> {
                            if (type.isInstance(event)) {
                              events.add(type.cast(event));
                            }
                          }))) {
            trainer.run(() -> false);
          }
          return 0;
        });
    return events;
  }
}
