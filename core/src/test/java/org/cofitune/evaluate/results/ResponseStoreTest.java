package org.cofitune.evaluate.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskItem;
import org.cofitune.evaluate.task.TaskOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResponseStoreTest {
  private static final List<Response> SCORED =
      List.of(new Response.Scored(-1.0 / 3, 2, true), new Response.Scored(-40.25, 7, false));

  @TempDir private Path folder;
  private Path cache;

  @BeforeEach
  void writeRows() throws IOException {
    cache = folder.resolve("cache");
    rows("one", "two", "three");
  }

  @Test
  void responsesAreThereInTheNextEvaluation() throws IOException {
    Task task = task("");
    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      assertThat(store.find(task.items().get(0))).isEmpty();
      store.put(task.items().get(0), SCORED);
    }

    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      assertThat(store.find(task.items().get(0))).hasValue(SCORED);
      assertThat(store.find(task.items().get(1))).isEmpty();
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void anotherModelOrAChangedQuestionAsksAgain() throws IOException {
    answerAll(task(""));
    rows("one", "changed", "three");

    Task changed = task("");
    try (ResponseStore store = ResponseStore.open(cache, "model", changed)) {
      assertThat(changed.items().stream().map(item -> store.find(item).isPresent()))
          .containsExactly(true, false, true);
    }
    try (ResponseStore store = ResponseStore.open(cache, "another model", changed)) {
      assertThat(store.size()).isZero();
    }
    Task reworded = task("description: 'Now: '\n");
    try (ResponseStore store = ResponseStore.open(cache, "model", reworded)) {
      assertThat(reworded.items()).allSatisfy(item -> assertThat(store.find(item)).isEmpty());
    }
  }

  @Test
  void anotherMetricOrLimitAsksNothing() throws IOException {
    answerAll(task(""));

    Task other = task("metric_list: [{metric: acc_norm}]\nlimit: 2\n");
    try (ResponseStore store = ResponseStore.open(cache, "model", other)) {
      assertThat(other.items()).allSatisfy(item -> assertThat(store.find(item)).isPresent());
    }
  }

  @Test
  void aLineThatWasBeingWrittenWhenTheProcessDiedIsDropped() throws IOException {
    Task task = task("");
    answerAll(task);
    Path file = onlyFile();
    Files.writeString(file, "{\"key\": \"ab", StandardOpenOption.APPEND);

    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      assertThat(store.size()).isEqualTo(3);
      store.put(task.items().get(0), SCORED);
    }
    assertThat(Files.readAllLines(file))
        .hasSize(4)
        .allSatisfy(
            line -> assertThat(line).matches("\\{\"key\":\"[0-9a-f]{64}\",\"scored\":.*\\]\\]\\}"));
  }

  @Test
  void damageInTheMiddleIsNamed() throws IOException {
    Task task = task("");
    answerAll(task);
    Path file = onlyFile();
    Files.writeString(file, Files.readString(file).replaceFirst("\\[-0", "[\"x\",-0"));

    assertThatThrownBy(() -> ResponseStore.open(cache, "model", task))
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll(file + ":1", "damaged", "delete the file");
  }

  @Test
  void generatedTextComesBackAsItWas() throws IOException {
    Task task = open("task: g\ndataset: q.jsonl\ndoc_to_text: question\ndoc_to_target: question\n");
    List<Response> generated = List.of(new Response.Generated("线\n\"\u0001 1"));
    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      store.put(task.items().get(2), generated);
    }

    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      assertThat(store.find(task.items().get(2))).hasValue(generated);
    }
  }

  private void answerAll(Task task) {
    try (ResponseStore store = ResponseStore.open(cache, "model", task)) {
      for (TaskItem item : task.items()) {
        store.put(item, SCORED);
      }
    }
  }

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  private void rows(String... questions) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (String question : questions) {
      rows.append("{\"question\": \"").append(question).append("\", \"answer\": 0}\n");
    }
    Files.writeString(folder.resolve("q.jsonl"), rows);
  }

  private Task task(String more) throws IOException {
    return open(
        """
        task: questions
        dataset: q.jsonl
        output_type: multiple_choice
        doc_to_text: question
        doc_to_choice: [yes, no]
        doc_to_target: answer
        """
            + more);
  }

  private Task open(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("t.yaml"), yaml);
    return Task.open(TaskFiles.load(List.of(file), TaskOptions.NONE).get(0));
  }
}
