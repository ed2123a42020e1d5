package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.AnswerOutcome;
import org.cofitune.evaluate.metric.ChoiceOutcome;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected prompts are those of lm-evaluation-harness's rules (lm_eval/api/task.py). */
final class TaskTest {
  private static final String QUESTIONS =
      """
      task: questions
      dataset: q.jsonl
      output_type: multiple_choice
      doc_to_text: "Q: {{question}}\\nA:"
      doc_to_choice: choices
      doc_to_target: answer
      """;

  @TempDir private Path folder;
  private TaskFolder files;

  @BeforeEach
  void writeRows() throws IOException {
    files = new TaskFolder(folder);
    files.write(
        "q.jsonl",
        """
        {"question": "one?", "choices": ["a", "b"], "answer": 1}
        {"question": "two?", "choices": ["c", "d", "e"], "answer": 0}

        {"question": "three?", "choices": ["f", "g"], "answer": 0}
        """);
  }

  @Test
  void aChoiceFollowsTheContextBehindTheDelimiter() throws IOException {
    Task task = files.open(QUESTIONS);

    TaskItem item = task.items().get(1);
    assertThat(item.requests())
        .containsExactly(
            new Request("Q: two?\nA:", " c"),
            new Request("Q: two?\nA:", " d"),
            new Request("Q: two?\nA:", " e"));
    assertThat(item.expected()).isEqualTo(new Expected.Choices(List.of("c", "d", "e"), Set.of(0)));
    assertThat(task.items()).extracting(TaskItem::docId).containsExactly(0, 1, 2);
    assertThat(task.items().get(2).place()).isEqualTo(folder.resolve("q.jsonl") + ":4 (row 3)");
  }

  @Test
  void solvedExamplesStandBetweenDescriptionAndQuestion() throws IOException {
    files.write(
        "shots.jsonl", "{\"question\": \"zero?\", \"choices\": [\"x\", \"y\"], \"answer\": 1}\n");

    Task task =
        files.open(
            QUESTIONS.replace("q.jsonl", "{test: q.jsonl, dev: shots.jsonl}")
                + """
                description: "About {{question}}\\n\\n"
                num_fewshot: 1
                fewshot_split: dev
                fewshot_config: {sampler: first_n}
                target_delimiter: "="
                fewshot_delimiter: "##"
                """);

    assertThat(task.items().get(0).requests().get(0))
        .isEqualTo(new Request("About one?\n\nQ: zero?\nA:=y##Q: one?\nA:", "=a"));
  }

  @Test
  void aQuestionIsNeverItsOwnExample() throws IOException {
    Task task = files.open(QUESTIONS + "num_fewshot: 2\n");

    for (TaskItem item : task.items()) {
      String question = "Q: " + item.document().fields().get("question");
      String context = item.requests().get(0).context();
      assertThat(context.split("Q: ", -1)).hasSize(4);
      assertThat(context.indexOf(question)).isEqualTo(context.lastIndexOf(question));
    }
  }

  @Test
  void tooFewRowsForExamplesAreAnError() throws IOException {
    assertDataError(QUESTIONS + "num_fewshot: 3\n", "too few rows", "num_fewshot 3", "3 rows");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "choices|answer|1",
        "choices|\"{{answer}}\"|1",
        "\"{{choices}}\"|\"{{choices[answer]}}\"|1",
        "[a, b]|\"{{[answer]}}\"|1",
        "\"{{['a', 'b']}}\"|\"{{'b'}}\"|1",
        "{x: a, y: b}|\"{{1 if answer == 1 else 0}}\"|1",
      })
  void choicesAndTheirIndexAreFoundInEveryForm(String choices, String target, int gold)
      throws IOException {
    String yaml =
        QUESTIONS
                .replace("doc_to_choice: choices", "doc_to_choice: " + choices)
                .replace("doc_to_target: answer", "doc_to_target: " + target)
            + "limit: 1\n";

    assertThat(files.open(yaml).items().get(0).expected())
        .isEqualTo(new Expected.Choices(List.of("a", "b"), Set.of(gold)));
  }

  @Test
  void choicesMayEndTheContext() throws IOException {
    files.write("w.jsonl", "{\"start\": [\"He\", \"She\"], \"end\": \"left.\", \"answer\": 1}\n");

    Task task =
        files.open(
            """
            task: wino
            dataset: w.jsonl
            output_type: multiple_choice
            doc_to_text: answer
            doc_to_choice: start
            doc_to_target: end
            """);

    assertThat(task.items().get(0).requests())
        .containsExactly(new Request("He", " left."), new Request("She", " left."));
    assertThat(((Expected.Choices) task.items().get(0).expected()).gold()).containsExactly(1);
  }

  @Test
  void aContinuationIsScoredWithoutDelimiter() throws IOException {
    Task task =
        files.open(
            """
            task: lambada
            dataset: q.jsonl
            output_type: loglikelihood
            doc_to_text: "{{question[:-1]}}"
            doc_to_target: "{{' ' + question}}"
            """);

    assertThat(task.items().get(0).requests()).containsExactly(new Request("one", " one?"));
  }

  @Test
  void aWholeTextHasNoContext() throws IOException {
    Task task =
        files.open(
            "task: t\ndataset: q.jsonl\noutput_type: loglikelihood_rolling\ndoc_to_target: question\n");

    assertThat(task.items().get(0).requests()).containsExactly(new Request("", "one?"));
  }

  @Test
  void aGeneratedAnswerHasReferences() throws IOException {
    String generate = "task: t\ndataset: q.jsonl\ndoc_to_text: question\ngen_prefix: 'It is'\n";

    assertThat(files.open(generate + "doc_to_target: choices\n").items().get(0))
        .satisfies(
            item -> {
              assertThat(item.requests()).containsExactly(new Request("one? It is", ""));
              assertThat(item.expected()).isEqualTo(new Expected.References(List.of("a", "b")));
            });
    assertThat(files.open(generate + "doc_to_target: answer\n").items().get(0).expected())
        .isEqualTo(new Expected.References(List.of("1")));
    assertThat(
            files
                .open(generate + "doc_to_target: answer\ndoc_to_choice: choices\n")
                .items()
                .get(0)
                .expected())
        .isEqualTo(new Expected.References(List.of("b")));
  }

  @Test
  void aTableOfQuestionsIsRead() throws IOException {
    files.write("q.csv", "\uFEFFquestion,A,B,answer\n\"one, or\ntwo?\",x,y,B\nthree?,v,w,A\n");

    Task task =
        files.open(
            """
            task: table
            dataset: q.csv
            output_type: multiple_choice
            doc_to_text: "{{question}}"
            doc_to_choice: "{{[A, B]}}"
            doc_to_target: "{{['A', 'B'].index(answer)}}"
            """);

    assertThat(task.items().get(0).requests())
        .containsExactly(new Request("one, or\ntwo?", " x"), new Request("one, or\ntwo?", " y"));
    assertThat(((Expected.Choices) task.items().get(0).expected()).gold()).containsExactly(1);
    assertThat(task.items()).hasSize(2);
  }

  @Test
  void anAnswerOutsideTheChoicesIsAnErrorOrACountedSkip() throws IOException {
    files.write(
        "q.jsonl",
        """
        {"question": "one?", "choices": ["a", "b"], "answer": 2}
        {"question": "two?", "choices": ["a", "b"], "answer": 1}
        not json
        {"question": "three?", "answer": 1}
        """);

    assertDataError(QUESTIONS + "limit: 1\n", "q.jsonl:3", "malformed JSON");
    Task task = files.open(QUESTIONS + "on_bad_item: skip\n");
    assertThat(task.items()).extracting(TaskItem::docId).containsExactly(1);
    assertThat(task.skipped())
        .extracting(SkippedItem::reason)
        .satisfiesExactlyInAnyOrder(
            reason ->
                assertThat(reason)
                    .contains("q.jsonl:1", "answer is outside the choices", "found 2"),
            reason -> assertThat(reason).contains("q.jsonl:3", "malformed JSON"),
            reason -> assertThat(reason).contains("q.jsonl:4", "doc_to_choice"));
  }

  @Test
  void mistakesInDataAreNamedByRow() throws IOException {
    assertDataError(
        QUESTIONS.replace("{{question}}", "{{qestion}}"), "q.jsonl:1", "doc_to_text", "qestion");
    assertDataError(QUESTIONS.replace("q.jsonl", "gone.jsonl"), "gone.jsonl", "no such file");
    files.write("empty.jsonl", "\n");
    assertDataError(QUESTIONS.replace("q.jsonl", "empty.jsonl"), "empty.jsonl", "no rows");
    files.write("ragged.csv", "question,choices,answer\na,b\n");
    assertDataError(QUESTIONS.replace("q.jsonl", "ragged.csv"), "ragged.csv:2", "does not fit");
  }

  @Test
  void aWordThatIsNoColumnIsAMistypedColumn() throws IOException {
    assertThatThrownBy(
            () -> files.open(QUESTIONS.replace("doc_to_choice: choices", "doc_to_choice: choicse")))
        .hasMessageContainingAll("t.yaml:5", "no such column", "did you mean \"choices\"?");
  }

  @Test
  void responsesBecomeOutcomes() throws IOException {
    TaskItem question = files.open(QUESTIONS).items().get(0);
    List<Response> scored =
        List.of(new Response.Scored(-2, 1, false), new Response.Scored(-1, 2, true));

    assertThat(Outcomes.of(OutputType.MULTIPLE_CHOICE, question, scored, FilterPipeline.NONE))
        .isEqualTo(
            new ChoiceOutcome(
                List.of("a", "b"), List.of(-2.0, -1.0), List.of(false, true), Set.of(1)));

    TaskItem open =
        new TaskItem(
            0,
            new Document(Map.of(), "x:1"),
            List.of(new Request("q", "")),
            new Expected.References(List.of("a")));
    FilterPipeline strip = new FilterPipeline("s", "", List.of(String::strip));
    assertThat(
            Outcomes.of(
                OutputType.GENERATE_UNTIL, open, List.of(new Response.Generated(" a ")), strip))
        .isEqualTo(new AnswerOutcome("a", List.of("a")));
  }

  /** The prompt of golden/eval-stories3M.json. */
  @Test
  void theGoldenPromptIsExpressible() throws IOException {
    Path data = Shared.of("fixtures/data/openbookqa.jsonl");

    Task task =
        files.open(
            QUESTIONS
                .replace("q.jsonl", data.toString())
                .replace("Q: {{question}}\\nA:", "Question: {{question}}\\nAnswer:"));

    assertThat(task.items()).hasSize(500);
    assertThat(task.items().get(0).requests().get(3).continuation())
        .isEqualTo(" have lunch with friends");
    assertThat(task.items().get(0).requests().get(0).context())
        .startsWith("Question: A person wants to start saving")
        .endsWith("\nAnswer:");
  }

  private void assertDataError(String yaml, String... parts) {
    assertThatThrownBy(() -> files.open(yaml))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
