package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.cofitune.error.CofituneException;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Fingerprint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several processes train as one. */
class SharedTrainingTest {
  private static final TrainingArguments ARGUMENTS =
      TinyTraining.ARGUMENTS.with(Map.of("max_steps", 6, "save_steps", 2));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void theStepIsThatOfOneProcessWithTheJoinedBatch(int processes) {
    TinyTraining tiny = TinyTraining.in(folder);
    List<TrainingEvent> alone = new ArrayList<>();
    Map<String, double[]> joined =
        tiny.train(ARGUMENTS.with("per_device_train_batch_size", 4 * processes), alone::add);

    List<List<TrainingEvent>> events = new ArrayList<>();
    List<Map<String, double[]>> shared =
        RanksInThreads.run(folder, processes, group -> train(tiny, group, processes, 0, 6, events));

    for (Map<String, double[]> weights : shared) {
      weights.forEach(
          (name, values) -> {
            assertThat(values).as(name).isEqualTo(shared.get(0).get(name));
            assertThat(values).as(name).containsExactly(joined.get(name), within(1e-6));
          });
    }
    assertThat(losses(events.get(0))).containsExactly(losses(alone), within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({"all, false", "all, true", "1-2:up_proj, true"})
  void whatIsSummedOnTheWayBackIsWhatIsSummedAfterIt(String region, boolean recompute) {
    TinyTraining tiny = TinyTraining.in(folder).region(region).in(Precision.FLOAT64);
    TrainingArguments arguments = ARGUMENTS.with("gradient_checkpointing", recompute);
    Map<String, double[]> joined = tiny.train(arguments.with("per_device_train_batch_size", 8));

    List<Map<String, double[]>> shared =
        RanksInThreads.run(
            folder,
            2,
            group ->
                tiny.open(
                    arguments,
                    task -> {
                      TrainingTask half = task.withRanks(new Ranks(group, 2));
                      try (Trainer trainer = new Trainer(half, List.of())) {
                        trainer.run(() -> false);
                      }
                      return TinyTraining.weights(half);
                    }));

    joined.forEach(
        (name, values) ->
            assertThat(furthest(values, shared.get(1).get(name))).as(name).isLessThan(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aCheckpointIsTheSameWhoeverWritesIt(int writer) throws IOException {
    TinyTraining tiny = TinyTraining.in(folder);
    RanksInThreads.run(folder, 3, group -> train(tiny, group, 3, 0, 4, new ArrayList<>()));
    Map<String, String> first = bytes("step-000004");
    Files.move(checkpoints(), folder.resolve("of-the-first"));

    RanksInThreads.run(folder, 3, group -> train(tiny, group, 3, writer, 4, new ArrayList<>()));

    assertThat(bytes("step-000004")).isEqualTo(first).hasSize(4);
  }

  @Test
  void aRunGoesOnWithMoreOrFewerProcesses() {
    TinyTraining tiny = TinyTraining.in(folder);
    Map<String, double[]> undisturbed =
        tiny.train(ARGUMENTS.with("per_device_train_batch_size", 8));
    RanksInThreads.run(folder, 2, group -> train(tiny, group, 2, 0, 2, new ArrayList<>()));
    train(tiny, ProcessGroup.alone(), 2, 0, 4, new ArrayList<>());

    List<List<TrainingEvent>> events = new ArrayList<>();
    List<Map<String, double[]>> ended =
        RanksInThreads.run(folder, 4, group -> train(tiny, group, 2, 0, 6, events));

    ended
        .get(3)
        .forEach(
            (name, values) ->
                assertThat(values).as(name).containsExactly(undisturbed.get(name), within(1e-6)));
    assertThat(events.get(0))
        .filteredOn(TrainingEvent.StepTaken.class::isInstance)
        .extracting(event -> ((TrainingEvent.StepTaken) event).step())
        .containsExactly(5L, 6L);
  }

  @Test
  void aResumedRunEndsWithTheBitsOfAnUndisturbedOne() {
    TinyTraining tiny = TinyTraining.in(folder);
    List<Map<String, double[]>> undisturbed =
        RanksInThreads.run(folder, 2, group -> train(tiny, group, 2, 0, 6, new ArrayList<>()));
    AtomicDirectory.remove(checkpoints());

    RanksInThreads.run(folder, 2, group -> train(tiny, group, 2, 0, 3, new ArrayList<>()));
    List<Map<String, double[]>> resumed =
        RanksInThreads.run(folder, 2, group -> train(tiny, group, 2, 0, 6, new ArrayList<>()));

    undisturbed
        .get(0)
        .forEach((name, values) -> assertThat(resumed.get(1).get(name)).isEqualTo(values));
  }

  @Test
  void aRowThatGivesNoNumberIsNamedByAllWhicheverProcessHasIt() {
    TinyTraining tiny = TinyTraining.in(folder);
    List<String> told =
        RanksInThreads.run(
            folder,
            2,
            group ->
                tiny.open(
                    ARGUMENTS,
                    task -> {
                      try (Trainer trainer =
                          new Trainer(
                              task.withRanks(new Ranks(group, 2))
                                  .withObjective(new OneRowIsInfinite(group.rank() == 1)),
                              List.of())) {
                        trainer.run(() -> false);
                        return "nothing";
                      } catch (CofituneException e) {
                        return e.getMessage();
                      }
                    }));

    assertThat(told.get(0)).isEqualTo(told.get(1)).contains("step 1", "rows.jsonl:");
  }

  @Test
  void processesOwnAboutTheSameOfTheMoments() {
    TinyTraining tiny = TinyTraining.in(folder);
    tiny.region("all")
        .open(
            ARGUMENTS,
            task -> {
              TensorOwners owners = new TensorOwners(task.tensors(), 3);
              long all = task.trainableParameters();
              for (int rank = 0; rank < 3; rank++) {
                long own =
                    owners.ownedBy(rank, task.tensors()).stream()
                        .mapToLong(tensor -> tensor.master().numel())
                        .sum();
                assertThat((double) own / all).isBetween(0.28, 0.39);
              }
              return task;
            });
  }

  /** The cross entropy, or nothing that is a number. */
  private record OneRowIsInfinite(boolean here) implements TokenObjective {
    @Override
    public TokenLosses differentiate(Tensor logits, Tensor targets) {
      if (here) {
        logits.mul_(new Scalar(Double.NaN));
      }
      return new CrossEntropy().differentiate(logits, targets);
    }
  }

  private Map<String, double[]> train(
      TinyTraining tiny,
      ProcessGroup group,
      int began,
      int writer,
      long pause,
      List<List<TrainingEvent>> events) {
    List<TrainingEvent> own = new ArrayList<>();
    if (group.isFirst()) {
      events.add(own);
    }
    return tiny.open(
        ARGUMENTS,
        task -> {
          TrainingTask shared = task.withRanks(new Ranks(group, began));
          try (Trainer trainer = new Trainer(shared, List.of(own::add))) {
            trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints(), Map.of(), 2).writtenBy(writer))
                .pauseAfter(pause)
                .run(() -> false);
          }
          return TinyTraining.weights(shared);
        });
  }

  private static double furthest(double[] one, double[] other) {
    double furthest = 0;
    for (int i = 0; i < one.length; i++) {
      furthest = Math.max(furthest, Math.abs(one[i] - other[i]));
    }
    return furthest;
  }

  private static double[] losses(List<TrainingEvent> events) {
    return events.stream()
        .filter(TrainingEvent.StepTaken.class::isInstance)
        .map(event -> ((TrainingEvent.StepTaken) event).loss())
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private Path checkpoints() {
    return folder.resolve("checkpoints");
  }

  private Map<String, String> bytes(String name) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.list(checkpoints().resolve(name))) {
      for (Path file : files.toList()) {
        bytes.put(file.getFileName().toString(), Fingerprint.ofFile(file).sha256());
      }
    }
    return bytes;
  }
}
