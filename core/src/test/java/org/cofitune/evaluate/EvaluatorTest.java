package org.cofitune.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EvaluatorTest {
  private static final EvaluationSettings SMALL_BATCHES = new EvaluationSettings(150, true);

  @TempDir private Path folder;
  private Path checkpoint;
  private Path cache;
  private TaskRows rows;
  private Tokenizer tokenizer;
  private LoadedModel model;

  @BeforeEach
  void openModel() {
    checkpoint = TinyModel.llama().writeTo(folder.resolve("model"));
    cache = folder.resolve("cache");
    rows = new TaskRows(folder);
    tokenizer = Tokenizer.load(checkpoint);
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    model = LoadedModel.open(checkpoint, engine, Precision.FLOAT64);
  }

  @AfterEach
  void closeModel() {
    model.close();
    tokenizer.close();
  }

  @Test
  void aChoiceIsScoredBehindTheContextAsOneText() {
    rows.write("Is it?");
    Task task = rows.open(TaskRows.CHOICES);

    List<Response> responses = evaluated(task, null).items().get(0).responses();

    String[] choices = {"yes", "no", "who knows"};
    for (int c = 0; c < choices.length; c++) {
      String context = "Question: Is it?\nAnswer:";
      int[] ids = tokenizer.encode(context + " " + choices[c], true);
      double alone =
          new LogLikelihoodScorer(model.decoder())
              .score(List.of(ScoringRequest.of(ids, context.length() + 1)), n -> {})
              .get(0)
              .get(0)
              .sum();
      Response.Scored scored = (Response.Scored) responses.get(c);
      assertThat(scored.logLikelihood()).isCloseTo(alone, within(1e-10));
      assertThat(scored.tokens()).isEqualTo(choices[c].length() + 1);
    }
  }

  /** lm-evaluation-harness moves the blanks at the end of a context to the continuation. */
  @Test
  void blanksBeforeAContinuationAreScoredWithIt() {
    rows.write("x");
    String yaml =
        """
        task: t
        dataset: rows.jsonl
        output_type: loglikelihood
        doc_to_text: "{{question}}  "
        doc_to_target: "{{'abc'}}"
        """;

    Response.Scored scored =
        (Response.Scored) evaluated(rows.open(yaml), null).items().get(0).responses().get(0);

    assertThat(scored.tokens()).isEqualTo("  abc".length());
  }

  @Test
  void everyTokenOfALongTextIsScoredOnce() {
    String text = "word ".repeat(120);
    rows.write(text, "short");

    TaskResult result = evaluated(rows.open(TaskRows.TEXTS), null);

    assertThat(text.length()).isGreaterThan(2 * model.config().maxPositionEmbeddings());
    assertThat(result.items())
        .extracting(item -> ((Response.Scored) item.responses().get(0)).tokens())
        .containsExactly(text.length(), "short".length());
  }

  @ParameterizedTest
  @ValueSource(strings = {TaskRows.CHOICES, TaskRows.TEXTS, TaskRows.WRITTEN})
  void aRepeatedEvaluationAsksNothing(String yaml) {
    rows.write("one", "two", "three");
    TaskResult first = evaluated(rows.open(yaml), cache);

    Evaluator again = evaluator(cache);
    TaskResult second = run(again, rows.open(yaml)).orElseThrow();

    assertThat(again.forwardTokens()).isZero();
    assertThat(second.cached()).isEqualTo(3);
    assertThat(second.items()).isEqualTo(first.items());
  }

  @Test
  void aChangedRowIsAskedAgain() {
    rows.write("one", "two", "three");
    evaluated(rows.open(TaskRows.CHOICES), cache);
    rows.write("one", "two", "four");

    Evaluator evaluator = evaluator(cache);
    TaskResult result = run(evaluator, rows.open(TaskRows.CHOICES)).orElseThrow();

    assertThat(result.cached()).isEqualTo(2);
    assertThat(evaluator.forwardTokens()).isPositive();
  }

  @Test
  void aChangedWeightIsAskedAgain() {
    rows.write("one");
    evaluated(rows.open(TaskRows.CHOICES), cache);
    String before = EvaluatedModel.fingerprint(checkpoint, null);
    TinyModel.llama().withSeed(2).writeTo(checkpoint);
    String after = EvaluatedModel.fingerprint(checkpoint, null);

    Evaluator evaluator = new Evaluator(model(after), EvaluationSettings.defaults(), cache);

    assertThat(after).isNotEqualTo(before);
    assertThat(run(evaluator, rows.open(TaskRows.CHOICES)).orElseThrow().cached()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {TaskRows.CHOICES, TaskRows.TEXTS})
  void anInterruptedEvaluationGoesOnToTheSameBits(String yaml) {
    rows.write(
        IntStream.range(0, 20)
            .mapToObj(i -> "word ".repeat(1 + 7 * i % 30))
            .toArray(String[]::new));
    Task task = rows.open(yaml);
    TaskResult undisturbed = evaluated(task, null);
    List<Integer> asked = new ArrayList<>();
    boolean interrupted;
    do {
      int[] looks = {0};
      Evaluator evaluator = evaluator(cache);
      interrupted =
          evaluator
              .evaluate(List.of(task), EvaluationListener.NONE, () -> ++looks[0] > 2)
              .isEmpty();
      asked.add((int) evaluator.forwardTokens());
    } while (interrupted);

    assertThat(asked).hasSizeGreaterThan(2);
    assertThat(evaluated(task, cache).items()).isEqualTo(undisturbed.items());
  }

  @Test
  void interruptedWritingKeepsNoHalfAnswer() {
    rows.write("one", "two");
    Task task = rows.open(TaskRows.WRITTEN);
    int[] looks = {0};

    boolean stopped =
        evaluator(cache)
            .evaluate(List.of(task), EvaluationListener.NONE, () -> ++looks[0] > 1)
            .isEmpty();

    assertThat(stopped).isTrue();
    assertThat(evaluated(task, cache).items()).isEqualTo(evaluated(task, null).items());
  }

  @Test
  void aRowLongerThanTheContextIsNamedBeforeAnythingIsAsked() {
    rows.write("short", "long ".repeat(60));
    Evaluator evaluator = evaluator(null);

    assertThatThrownBy(() -> run(evaluator, rows.open(TaskRows.CHOICES)))
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll("rows.jsonl:2", "context", "at most 256 tokens");
    assertThatThrownBy(() -> run(evaluator, rows.open(TaskRows.WRITTEN)))
        .hasMessageContainingAll("rows.jsonl:2", "fewer than 256 tokens");
    assertThat(evaluator.forwardTokens()).isZero();
  }

  @Test
  void aRowLongerThanTheContextIsLeftOutAndCountedWhereTheTaskSaysSo() {
    rows.write("short", "long ".repeat(60));

    TaskResult result = evaluated(rows.open(TaskRows.CHOICES + "on_bad_item: skip\n"), null);

    assertThat(result.items()).hasSize(1);
    assertThat(result.skipped().get(0).place()).endsWith("rows.jsonl:2");
  }

  @Test
  void aTaskNoneOfWhoseRowsFitsIsAnError() {
    rows.write("long ".repeat(60));

    assertThatThrownBy(() -> evaluated(rows.open(TaskRows.CHOICES + "on_bad_item: skip\n"), null))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("no item of task choices fits");
  }

  private TaskResult evaluated(Task task, Path keep) {
    return run(evaluator(keep), task).orElseThrow();
  }

  private static Optional<TaskResult> run(Evaluator evaluator, Task task) {
    return evaluator
        .evaluate(List.of(task), EvaluationListener.NONE, () -> false)
        .map(results -> results.get(0));
  }

  private Evaluator evaluator(Path keep) {
    return new Evaluator(model("fingerprint"), SMALL_BATCHES, keep);
  }

  private EvaluatedModel model(String fingerprint) {
    return new EvaluatedModel("tiny", fingerprint, model.decoder(), tokenizer, true);
  }
}
