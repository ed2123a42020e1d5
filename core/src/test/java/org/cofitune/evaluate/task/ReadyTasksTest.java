package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofitune.evaluate.metric.MetricCatalog;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.testing.Shared;
import org.cofitune.text.AlpacaPrompt;
import org.cofitune.text.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The task files that come with the project. */
final class ReadyTasksTest {
  private static final Path TASKS =
      Files.isDirectory(Path.of("tasks")) ? Path.of("tasks") : Path.of("../tasks");

  @Test
  void everyTaskFileIsSound() {
    List<TaskSpec> tasks =
        TaskFiles.load(List.of(TASKS), TaskOptions.NONE.withDataDir(Path.of("data")));

    assertThat(tasks).hasSizeGreaterThan(25);
    for (TaskSpec task : tasks) {
      assertThat(task.place()).contains(task.name() + ".yaml");
    }
  }

  @Test
  void everyTaskFileTellsTheCommandThatRunsIt() throws IOException {
    try (Stream<Path> files = Files.list(TASKS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
        if (!file.getFileName().toString().startsWith("_")) {
          assertThat(Files.readString(file)).contains("--tasks tasks/" + file.getFileName() + " ");
        }
      }
    }
  }

  @Test
  void everyDataSetHasATaskThatTakesAllItsRows() throws IOException {
    Path data = Shared.of("fixtures/data");
    List<TaskSpec> tasks = TaskFiles.load(List.of(TASKS), TaskOptions.NONE.withDataDir(data));

    Set<Path> evaluated = new TreeSet<>();
    for (TaskSpec spec : tasks) {
      List<Path> files = spec.dataset().files().get(spec.dataset().evaluated());
      evaluated.addAll(files);
      Task task = Task.open(spec);
      assertThat(task.items()).as(spec.name()).hasSize((int) rows(files.get(0)));
      assertThat(task.items().get(0).requests().get(0).context()).doesNotEndWith(" ");
    }
    try (Stream<Path> files = Files.list(data)) {
      assertThat(evaluated)
          .containsAll(
              files.filter(f -> f.toString().endsWith(".jsonl")).collect(Collectors.toSet()));
    }
  }

  @Test
  void theTableOfQuestionsIsReadyToCopy(@TempDir Path folder) throws IOException {
    Path file = Files.copy(TASKS.resolve("templates/questions_csv.yaml"), folder.resolve("t.yaml"));
    Files.writeString(
        folder.resolve("questions.csv"),
        "question,A,B,C,D,answer\n\"Which form reports a trade?\",F1,F2,F3,F4,B\n");

    Task task = Task.open(TaskFiles.load(List.of(file), TaskOptions.NONE).get(0));

    assertThat(task.items().get(0).requests().get(1))
        .isEqualTo(new Request("Question: Which form reports a trade?\nAnswer:", " F2"));
    assertThat(task.items().get(0).expected())
        .isEqualTo(new Expected.Choices(List.of("F1", "F2", "F3", "F4"), Set.of(1)));
  }

  @Test
  void theTableOfAnswersIsReadyToCopy(@TempDir Path folder) throws IOException {
    Path file = Files.copy(TASKS.resolve("templates/answers_csv.yaml"), folder.resolve("t.yaml"));
    Files.writeString(
        folder.resolve("answers.csv"),
        "question,answer\n\"What does KYC stand for?\",know your customer\n");

    Task task = Task.open(TaskFiles.load(List.of(file), TaskOptions.NONE).get(0));

    assertThat(task.items().get(0).requests())
        .containsExactly(new Request("Question: What does KYC stand for?\nAnswer:", ""));
    assertThat(task.items().get(0).expected())
        .isEqualTo(new Expected.References(List.of("know your customer")));
  }

  /** The prompt of training (org.cofitune.text.AlpacaPrompt) is the prompt of evaluation. */
  @Test
  void responsesStandBehindTheAlpacaPrompt(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("alpaca_en.jsonl"),
        """
        {"instruction": "Add.", "input": "1 1", "output": "2"}
        {"instruction": "Greet.", "input": "", "output": "Hi"}
        """);
    TaskOptions options = TaskOptions.NONE.withDataDir(folder);

    Task task = Task.open(TaskFiles.load(List.of(TASKS.resolve("alpaca_en.yaml")), options).get(0));

    String prompt = new AlpacaPrompt().generationPrompt(List.of(Message.user("Add.\n1 1")));
    assertThat(task.items().get(0).requests()).containsExactly(new Request(prompt, " 2"));
    assertThat(task.items().get(1).requests().get(0).context())
        .isEqualTo(new AlpacaPrompt().generationPrompt(List.of(Message.user("Greet."))));
  }

  @Test
  void theDocumentationNamesEveryMetricInItsPlace() throws IOException {
    List<String> lines = Files.readAllLines(TASKS.resolveSibling("docs").resolve("tasks.md"));

    for (OutputType type : OutputType.values()) {
      String row =
          lines.stream()
              .filter(line -> line.startsWith("| `" + type.text() + "`"))
              .findFirst()
              .orElseThrow();
      assertThat(row.substring(row.lastIndexOf('|', row.length() - 2)))
          .contains(MetricCatalog.names(type).stream().map(name -> "`" + name + "`").toList())
          .startsWith("| `" + type.defaultMetrics().get(0) + "`");
    }
  }

  private static long rows(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> !line.isBlank()).count();
    }
  }
}
