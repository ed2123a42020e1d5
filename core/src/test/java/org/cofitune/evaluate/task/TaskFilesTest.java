package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskFilesTest {
  private static final String QUESTIONS =
      """
      task: questions
      dataset: q.jsonl
      output_type: multiple_choice
      doc_to_text: "Question: {{question}}\\nAnswer:"
      doc_to_choice: choices
      doc_to_target: answer
      """;

  @TempDir private Path folder;
  private TaskFolder files;

  @BeforeEach
  void makeFolder() {
    files = new TaskFolder(folder);
  }

  @Test
  void defaultsAreThoseOfLmEvaluationHarness() throws IOException {
    TaskSpec spec = files.spec(QUESTIONS);

    assertThat(spec.outputType()).isEqualTo(OutputType.MULTIPLE_CHOICE);
    assertThat(spec.prompt().targetDelimiter()).isEqualTo(" ");
    assertThat(spec.prompt().fewshotDelimiter()).isEqualTo("\n\n");
    assertThat(spec.fewShot().count()).isZero();
    assertThat(spec.fewShot().seed()).isEqualTo(1234);
    assertThat(spec.metrics()).extracting(TaskMetric::name).isEqualTo(List.of("acc", "acc_norm"));
    assertThat(spec.primaryMetric()).isEqualTo("acc");
    assertThat(spec.group()).isEqualTo(TaskGroup.OTHER);
    assertThat(spec.limit()).isEmpty();
    assertThat(spec.dataset().files()).containsKey("test");
  }

  @Test
  void aTaskOfLmEvaluationHarnessIsReadAsItIs() throws IOException {
    TaskSpec spec =
        files.spec(
            """
            task: gsm8k_local
            tag: [math_word_problems]
            dataset_path: json
            dataset_kwargs:
              data_files: {train: train.jsonl, test: [a.jsonl, b.jsonl]}
            output_type: generate_until
            training_split: train
            fewshot_split: train
            test_split: test
            doc_to_text: "Question: {{question}}\\nAnswer:"
            doc_to_target: "{{answer}}"
            metric_list:
              - metric: exact_match
                aggregation: mean
                higher_is_better: true
                ignore_case: true
                ignore_punctuation: false
                regexes_to_ignore: [",", "\\\\$", "(?s).*#### ", "\\\\.$"]
            generation_kwargs:
              until: ["Question:", "</s>", "<|im_end|>"]
              do_sample: false
              temperature: 0.0
            repeats: 1
            num_fewshot: 5
            filter_list:
              - name: "strict-match"
                filter:
                  - function: "regex"
                    regex_pattern: "#### (\\\\-?[0-9\\\\.\\\\,]+)"
                  - function: "take_first"
              - name: "flexible-extract"
                filter:
                  - function: "regex"
                    group_select: -1
                    regex_pattern: "(-?[$0-9.,]{2,})|(-?[0-9]+)"
                  - function: "take_first"
            metadata:
              version: 3.0
            """);

    assertThat(spec.dataset().evaluated()).isEqualTo("test");
    assertThat(spec.dataset().files().get("test")).hasSize(2);
    assertThat(spec.fewShot().split()).isEqualTo("train");
    assertThat(spec.fewShot().drawsOneMore()).isFalse();
    assertThat(spec.generation().until()).hasSize(3);
    assertThat(spec.filters())
        .extracting(FilterPipeline::name)
        .containsExactly("strict-match", "flexible-extract");
    assertThat(spec.filters().get(0).apply("... 3 #### 1,200 and 7")).isEqualTo("1,200");
    assertThat(spec.filters().get(0).apply("no mark")).isEqualTo("[invalid]");
    assertThat(spec.filters().get(1).apply("... 3 #### 1,200 and 7")).isEqualTo("7");
  }

  @Test
  void aFileHoldsSeveralTasks() throws IOException {
    files.write("list.yaml", list(QUESTIONS, QUESTIONS.replace("task: questions", "task: more")));
    files.write(
        "parts.yml",
        "---\n"
            + QUESTIONS.replace("questions", "x")
            + "---\n"
            + QUESTIONS.replace("questions", "y"));
    files.write("_base.yaml", "nonsense: true\n");

    assertThat(TaskFiles.load(List.of(folder), TaskOptions.NONE))
        .extracting(TaskSpec::name)
        .containsExactly("questions", "more", "x", "y");
  }

  @Test
  void anIncludedFileGivesWhatTheTaskLeavesOut() throws IOException {
    files.write("_base.yaml", QUESTIONS + "num_fewshot: 3\n");

    TaskSpec spec = files.spec("include: _base.yaml\ntask: other\nnum_fewshot: 2\n");

    assertThat(spec.name()).isEqualTo("other");
    assertThat(spec.fewShot().count()).isEqualTo(2);
    assertThat(spec.outputType()).isEqualTo(OutputType.MULTIPLE_CHOICE);
  }

  @Test
  void aMistakeInAnIncludedFileIsFoundThere() throws IOException {
    files.write("_base.yaml", QUESTIONS + "numfewshot: 3\n");

    assertRecipeError("include: _base.yaml\ntask: other\n", "_base.yaml:7", "num_fewshot");
  }

  @ParameterizedTest
  @CsvSource({"../base.yaml", "/etc/hostname", "sub/../../x.yaml"})
  void anIncludeStaysInsideTheFolder(String name) throws IOException {
    assertRecipeError("include: " + name + "\ntask: other\n", "t.yaml:1", "inside");
  }

  @Test
  void anIncludeThatLinksOutIsRefused(@TempDir Path elsewhere) throws IOException {
    Path outside = Files.writeString(elsewhere.resolve("base.yaml"), QUESTIONS);
    Files.createSymbolicLink(folder.resolve("_link.yaml"), outside);

    assertRecipeError("include: _link.yaml\ntask: other\n", "inside");
  }

  @Test
  void aPathThatNoFileCanHaveIsRefused() throws IOException {
    assertRecipeError("include: \"a\\0b\"\ntask: other\n", "t.yaml:1", "cannot be read");
    assertRecipeError(
        QUESTIONS.replace("q.jsonl", "\"a\\0b\""), "t.yaml:2: dataset: expected a path");
  }

  @Test
  void anIncludeOfItselfEnds() throws IOException {
    assertRecipeError("include: t.yaml\ntask: other\n", "too deeply");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "doc_to_txt: x|unknown key \"doc_to_txt\"; did you mean \"doc_to_text\"?",
        "process_docs: utils.py|key \"process_docs\" is refused",
        "process_results: x|names code to run",
        "description: !function utils.f|a task file is data, code in it is never run",
        "tag: [&a [x], *a]|anchors and aliases",
        "limit: 0|expected a whole number, 1 or more, found 0",
        "num_fewshot: many|expected a whole number",
        "group: specialty|did you mean \"speciality\"?",
        "metric_list: [{metric: accc}]|did you mean \"acc\"?",
        "metric_list: [{metric: acc, aggregation: median}]|expected mean, found median",
        "metric_list: [{metric: acc, higher_is_better: false}]|expected true, found false",
        "primary_metric: f1|one of acc, acc_norm",
        "repeats: 64|repeats is not supported",
        "on_bad_item: ignore|one of fail, skip",
        "filter_list: []|has no meaning here",
        "generation_kwargs: {until: x}|has no meaning here",
        "description: '{{ question'|description is no template",
        "fewshot_config: {sampler: first}|first_n",
        "task: again|twice",
        "fewshot_delimiter: [a]|expected text",
      })
  void aMistakeIsNamedWithItsLine(String line, String message) throws IOException {
    assertRecipeError(QUESTIONS + line + "\n", "t.yaml:7: ", message);
  }

  @ParameterizedTest
  @CsvSource({"task", "dataset", "doc_to_text", "doc_to_choice", "doc_to_target"})
  void aMissingKeyIsNamed(String key) throws IOException {
    String without =
        QUESTIONS
            .lines()
            .filter(line -> !line.startsWith(key + ":"))
            .reduce("", (a, b) -> a + b + "\n");

    assertRecipeError(without, "t.yaml:1: missing key \"" + key + "\"");
  }

  @Test
  void dataSetsOfAHubAreRefused() throws IOException {
    assertRecipeError(
        QUESTIONS.replace("dataset: q.jsonl", "dataset_path: cais/mmlu"), "local files only");
  }

  @Test
  void aVariableInAPathIsAFolderThatTheCallerNames() throws IOException {
    Path file = files.write("t.yaml", QUESTIONS.replace("q.jsonl", "${data_dir}/sub/q.jsonl"));

    TaskSpec spec =
        TaskFiles.load(List.of(file), TaskOptions.NONE.withDataDir(folder.resolve("data"))).get(0);

    assertThat(spec.dataset().files().get("test"))
        .containsExactly(folder.resolve("data/sub/q.jsonl").toAbsolutePath());
    assertThatThrownBy(() -> TaskFiles.load(List.of(file), TaskOptions.NONE))
        .hasMessageContainingAll("t.yaml:2", "${data_dir} is not set", "--data-dir");
  }

  @Test
  void theCallersLimitGoesBeforeTheFiles() throws IOException {
    Path file = files.write("t.yaml", QUESTIONS + "limit: 10\nnum_fewshot: 1\n");
    TaskOptions options =
        new TaskOptions(Map.of(), OptionalInt.of(3), OptionalInt.of(0), Optional.empty());

    TaskSpec spec = TaskFiles.load(List.of(file), options).get(0);

    assertThat(spec.limit()).hasValue(3);
    assertThat(spec.fewShot().count()).isZero();
  }

  @Test
  void twoTasksOfOneNameAreRefused() throws IOException {
    files.write("a.yaml", QUESTIONS);
    files.write("b.yaml", QUESTIONS);

    assertThatThrownBy(() -> TaskFiles.load(List.of(folder), TaskOptions.NONE))
        .hasMessageContainingAll("b.yaml:1", "\"questions\"", "a.yaml:1");
  }

  @Test
  void samplingNeedsATemperature() throws IOException {
    String generate =
        """
        task: g
        dataset: q.jsonl
        doc_to_text: q
        doc_to_target: a
        generation_kwargs: {do_sample: true, temperature: 0}
        """;

    assertRecipeError(generate, "t.yaml:5", "above 0");
  }

  private void assertRecipeError(String yaml, String... parts) {
    assertThatThrownBy(() -> files.spec(yaml))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static String list(String... tasks) {
    StringBuilder text = new StringBuilder();
    for (String task : tasks) {
      text.append("- ").append(task.strip().replace("\n", "\n  ")).append('\n');
    }
    return text.toString();
  }
}
