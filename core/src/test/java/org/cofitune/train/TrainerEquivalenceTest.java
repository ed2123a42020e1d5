package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways of running that must make no difference. */
class TrainerEquivalenceTest {
  @TempDir Path folder;

  @Test
  void howAStepIsCutIntoMicroBatchesMakesNoDifference() {
    TinyTraining tiny = TinyTraining.in(folder).in(Precision.FLOAT64);
    Map<String, double[]> whole = tiny.train(cut(8, 1));
    assertClose(whole, tiny.train(cut(4, 2)));
    assertClose(whole, tiny.train(cut(1, 8))); // every row alone, none packed with another
  }

  @Test
  void aBatchOfManyTokensGoesThroughInPartsWithoutADifference() {
    TinyTraining tiny = TinyTraining.in(folder).in(Precision.FLOAT64);
    TrainingArguments arguments = cut(8, 1);
    List<PackedBatch> whole = new ArrayList<>();
    List<PackedBatch> parts = new ArrayList<>();

    Map<String, double[]> wanted = tiny.open(arguments, task -> watched(task, whole));
    Map<String, double[]> found =
        tiny.open(arguments.with("tokens_at_once", 40), task -> watched(task, parts));

    assertClose(wanted, found);
    assertThat(whole).anyMatch(batch -> batch.tokens() > 40);
    assertThat(parts).allMatch(batch -> batch.tokens() <= 40);
  }

  /** Trains, and keeps what went through the model. */
  private static Map<String, double[]> watched(TrainingTask task, List<PackedBatch> batches) {
    UpdateRule watching =
        new UpdateRule() {
          @Override
          public void beginBatch(long step, int firstRow, PackedBatch batch) {
            batches.add(batch);
          }
        };
    try (Trainer trainer = new Trainer(task.withRule(watching), List.of())) {
      trainer.run(() -> false);
    }
    return TinyTraining.weights(task);
  }

  private static TrainingArguments cut(int batch, int accumulation) {
    return TinyTraining.ARGUMENTS.with(
        Map.of("per_device_train_batch_size", batch, "gradient_accumulation_steps", accumulation));
  }

  private static void assertClose(Map<String, double[]> wanted, Map<String, double[]> found) {
    wanted.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            assertThat(found.get(name)[i])
                .as(name)
                .isCloseTo(values[i], org.assertj.core.data.Offset.offset(1e-11));
          }
        });
  }

  @Test
  void recomputedActivationsGiveTheSameBits() {
    TinyTraining tiny = TinyTraining.in(folder);
    for (String region : List.of(TinyTraining.REGION, "all")) {
      assertSame(
          tiny.region(region).train(TinyTraining.ARGUMENTS),
          tiny.train(TinyTraining.ARGUMENTS.with("gradient_checkpointing", true)));
    }
  }

  @Test
  void whatIsOutsideTheRegionKeepsItsBits() {
    TinyTraining tiny = TinyTraining.in(folder);
    Map<String, double[]> before = tiny.open(TinyTraining.ARGUMENTS, TinyTraining::weights);
    Map<String, double[]> after = tiny.train(TinyTraining.ARGUMENTS);
    before.forEach(
        (name, values) -> {
          boolean inside = name.matches("model\\.layers\\.[12]\\.mlp\\.(up|down)_proj\\.weight");
          assertThat(java.util.Arrays.equals(values, after.get(name)))
              .as(name + " unchanged")
              .isEqualTo(!inside);
        });
  }

  @Test
  void aResumedRunEndsWithTheBitsOfAnUndisturbedOne() {
    TrainingArguments arguments =
        TinyTraining.ARGUMENTS.with(Map.of("lr_scheduler_type", "cosine", "save_steps", 3));
    for (Precision precision : List.of(Precision.FLOAT32, Precision.FLOAT64)) {
      TinyTraining tiny = TinyTraining.in(folder).in(precision);
      Map<String, double[]> undisturbed = tiny.train(arguments);
      TrainingCheckpoints checkpoints =
          TrainingCheckpoints.in(folder.resolve("run-" + precision), Map.of(), 2);
      for (int stop : new int[] {2, 2, 4}) { // after steps 2, 4 and 8 of 10
        TrainingResult part = part(tiny, arguments, checkpoints, stop);
        assertThat(part.end()).isEqualTo(TrainingResult.End.INTERRUPTED);
      }
      assertSame(undisturbed, rest(tiny, arguments, checkpoints));
    }
  }

  private static TrainingResult part(
      TinyTraining tiny, TrainingArguments arguments, TrainingCheckpoints checkpoints, int steps) {
    return tiny.open(
        arguments,
        task -> {
          AtomicInteger taken = new AtomicInteger();
          try (Trainer trainer = new Trainer(task, List.of())) {
            return trainer.checkpoints(checkpoints).run(() -> taken.incrementAndGet() == steps);
          }
        });
  }

  private static Map<String, double[]> rest(
      TinyTraining tiny, TrainingArguments arguments, TrainingCheckpoints checkpoints) {
    return tiny.open(
        arguments,
        task -> {
          try (Trainer trainer = new Trainer(task, List.of())) {
            TrainingResult result = trainer.checkpoints(checkpoints).run(() -> false);
            assertThat(result.end()).isEqualTo(TrainingResult.End.COMPLETE);
            assertThat(result.steps()).isEqualTo(10);
          }
          return TinyTraining.weights(task);
        });
  }

  @Test
  void aRunThatIsResumedAfterItsEndChangesNothing() {
    TinyTraining tiny = TinyTraining.in(folder);
    TrainingCheckpoints checkpoints = TrainingCheckpoints.in(folder.resolve("run"), Map.of(), 2);
    assertSame(
        rest(tiny, TinyTraining.ARGUMENTS, checkpoints),
        rest(tiny, TinyTraining.ARGUMENTS, checkpoints));
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    TinyTraining tiny = TinyTraining.in(folder);
    assertSame(tiny.train(TinyTraining.ARGUMENTS), tiny.train(TinyTraining.ARGUMENTS));
    List<String> different = new ArrayList<>();
    Map<String, double[]> one = tiny.train(TinyTraining.ARGUMENTS);
    tiny.train(TinyTraining.ARGUMENTS.with("seed", 43))
        .forEach(
            (name, values) -> {
              if (!java.util.Arrays.equals(values, one.get(name))) {
                different.add(name);
              }
            });
    assertThat(different).hasSize(4);
  }

  private static void assertSame(Map<String, double[]> wanted, Map<String, double[]> found) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
  }
}
