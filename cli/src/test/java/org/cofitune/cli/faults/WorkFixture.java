package org.cofitune.cli.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cofitune.testing.TinyModel;

/** A model, rows, and tasks that every {@link Work} begins with. */
final class WorkFixture {
  private static final int ROWS = 24;
  private static final int QUESTIONS = 24;

  private WorkFixture() {}

  /** Writes {@code fixture} into a folder, and {@code fixture/trained}, a finished training. */
  static void writeTo(Path folder) throws IOException, InterruptedException {
    Path fixture = folder.resolve("fixture");
    TinyModel.llama().writeTo(fixture.resolve("base"));
    Files.writeString(fixture.resolve("rows.jsonl"), texts("row"));
    Files.writeString(fixture.resolve("general.jsonl"), texts("once"));
    Files.writeString(fixture.resolve("questions.jsonl"), questions());
    Files.writeString(
        fixture.resolve("tasks.yaml"),
        """
        task: special
        group: speciality
        dataset: ${data_dir}/questions.jsonl
        output_type: multiple_choice
        doc_to_text: question
        doc_to_choice: choices
        doc_to_target: answer
        ---
        task: general
        group: gen-kn
        dataset: ${data_dir}/questions.jsonl
        output_type: loglikelihood_rolling
        doc_to_target: question
        """);
    Files.writeString(
        fixture.resolve("compare.yaml"),
        """
        model_name_or_path: ../fixture/base
        dataset: ../fixture/rows.jsonl
        val_size: 4
        max_steps: 4
        threads: 1
        device: cpu
        search: {versatility_data: ../fixture/general.jsonl, versatility_rows: 4}
        evaluate: {tasks: ../fixture/tasks.yaml, data_dir: ../fixture}
        compare:
          learning_rates: [1.0e-3]
          seeds: [1, 2]
          methods:
            - {name: full, method: full}
            - {name: region, region: '50%-100%:up_proj'}
        """);
    Path work = Files.createDirectories(folder.resolve("fixture-work"));
    try (ChildCommand train = ChildCommand.start(work, List.of(), Work.TRAIN.words())) {
      ChildCommand.Ended ended = train.await();
      if (ended.status() != 0) {
        throw new IOException(ended.output());
      }
    }
    Files.move(work.resolve("out"), fixture.resolve("trained"));
  }

  private static String texts(String word) {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> "{\"text\": \"%s number %d of some\"}\n".formatted(word, i))
        .collect(Collectors.joining());
  }

  private static String questions() {
    return IntStream.range(0, QUESTIONS)
        .mapToObj(
            i ->
                "{\"question\": \"Is %d%s?\", \"choices\": [\"yes\", \"not at all\"], \"answer\": %d}\n"
                    .formatted(i, " so".repeat(i % 5), i % 2))
        .collect(Collectors.joining());
  }
}
