package org.cofitune.method;

import java.util.List;
import java.util.Map;
import org.cofitune.train.TinyTraining;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingArguments;

/** Trains the tiny model with a method. */
final class MethodRuns {
  private MethodRuns() {}

  /** Every weight after so many steps. */
  static Map<String, double[]> train(
      TinyTraining training, TrainingArguments arguments, int steps, Method method) {
    return training.open(
        arguments,
        task -> {
          try (MethodTask changed = method.onto(task);
              Trainer trainer = new Trainer(changed.task(), List.of())) {
            trainer.pauseAfter(steps).run(() -> false);
          }
          return TinyTraining.weights(task);
        });
  }
}
