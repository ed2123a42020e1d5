package org.cofitune.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.cofitune.evaluate.score.ItemResult;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Task;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several processes answer questions in turns. */
final class SharedEvaluationTest {
  private static final EvaluationSettings SMALL_BATCHES = new EvaluationSettings(150, true);

  @TempDir private Path folder;
  private TaskRows rows;

  @BeforeEach
  void writeModelAndQuestions() {
    TinyModel.llama().writeTo(folder.resolve("model"));
    rows = new TaskRows(folder);
    rows.write(
        IntStream.range(0, 20)
            .mapToObj(i -> "question " + i + " of some".repeat(i % 5))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {TaskRows.CHOICES, TaskRows.TEXTS, TaskRows.WRITTEN})
  void theAnswersAreThoseOfOneProcess(String yaml) {
    Task task = rows.open(yaml);
    Answered alone = answer(ProcessGroup.alone(), task, null, Integer.MAX_VALUE);

    List<Answered> shared =
        RanksInThreads.run(folder, 3, group -> answer(group, task, null, Integer.MAX_VALUE));

    assertThat(shared.get(0).items()).isEqualTo(alone.items()).hasSize(20);
    assertThat(shared.stream().mapToLong(Answered::forwardTokens).sum())
        .isEqualTo(alone.forwardTokens());
    assertThat(shared.get(1).items()).isEmpty();
  }

  @Test
  void noProcessDoesAllTheWork() {
    Task task = rows.open(TaskRows.CHOICES);
    List<Answered> shared =
        RanksInThreads.run(folder, 2, group -> answer(group, task, null, Integer.MAX_VALUE));

    assertThat(shared).allSatisfy(rank -> assertThat(rank.forwardTokens()).isPositive());
  }

  @Test
  void anInterruptedEvaluationGoesOnWithAnotherNumberOfProcesses() {
    Task task = rows.open(TaskRows.CHOICES);
    Path cache = folder.resolve("cache");
    Answered whole = answer(ProcessGroup.alone(), task, null, Integer.MAX_VALUE);

    List<Answered> first = RanksInThreads.run(folder, 2, group -> answer(group, task, cache, 5));
    List<Answered> second =
        RanksInThreads.run(folder, 3, group -> answer(group, task, cache, Integer.MAX_VALUE));

    assertThat(first).allSatisfy(rank -> assertThat(rank.complete()).isFalse());
    assertThat(second.get(0).items()).isEqualTo(whole.items());
    assertThat(second.stream().mapToLong(Answered::forwardTokens).sum())
        .isPositive()
        .isLessThan(whole.forwardTokens());
  }

  /** What came of an evaluation in one process. */
  private record Answered(boolean complete, List<ItemResult> items, long forwardTokens) {}

  private Answered answer(ProcessGroup group, Task task, @Nullable Path cache, int patience) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    Path checkpoint = folder.resolve("model");
    AtomicInteger asked = new AtomicInteger();
    try (Tokenizer tokenizer = Tokenizer.load(checkpoint);
        LoadedModel model = LoadedModel.open(checkpoint, engine, Precision.FLOAT64)) {
      EvaluatedModel evaluated =
          new EvaluatedModel("tiny", "fingerprint", model.decoder(), tokenizer, true);
      Evaluator evaluator = new Evaluator(evaluated, SMALL_BATCHES, cache, group);
      Optional<List<TaskResult>> results =
          evaluator.evaluate(
              List.of(task),
              EvaluationListener.NONE,
              () -> group.rank() == 1 && asked.incrementAndGet() > patience);
      return new Answered(
          results.isPresent(),
          results.stream().flatMap(List::stream).flatMap(r -> r.items().stream()).toList(),
          evaluator.forwardTokens());
    }
  }
}
