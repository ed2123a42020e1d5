package org.cofitune.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;

/** Task files with rows beside them, as tests write them. */
final class TaskRows {
  static final String CHOICES =
      """
      task: choices
      dataset: rows.jsonl
      output_type: multiple_choice
      doc_to_text: "Question: {{question}}\\nAnswer:"
      doc_to_choice: choices
      doc_to_target: answer
      """;
  static final String TEXTS =
      """
      task: texts
      dataset: rows.jsonl
      output_type: loglikelihood_rolling
      doc_to_target: question
      """;
  static final String WRITTEN =
      """
      task: written
      dataset: rows.jsonl
      doc_to_text: question
      doc_to_target: answer
      generation_kwargs:
        until: ["z"]
        max_gen_toks: 4
      """;

  private final Path folder;

  TaskRows(Path folder) {
    this.folder = folder;
  }

  /** Writes a row for every question. */
  void write(String... questions) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < questions.length; i++) {
      rows.append(
          "{\"question\": \"%s\", \"choices\": [\"yes\", \"no\", \"who knows\"], \"answer\": %d}\n"
              .formatted(questions[i], i % 3));
    }
    write("rows.jsonl", rows.toString());
  }

  Task open(String yaml) {
    return Task.open(TaskFiles.load(List.of(write("task.yaml", yaml)), TaskOptions.NONE).get(0));
  }

  private Path write(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
