package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.cofitune.text.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations in the order of lm-evaluation-harness's {@code --apply_chat_template}. */
final class ChatContextTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeTask() throws IOException {
    Files.writeString(
        folder.resolve("rows.jsonl"),
        """
        {"question": "Q1", "answer": "A1"}
        {"question": "Q2", "answer": "A2"}
        """);
    Files.writeString(
        folder.resolve("task.yaml"),
        """
        task: t
        dataset: {train: rows.jsonl, test: rows.jsonl}
        output_type: multiple_choice
        fewshot_split: train
        fewshot_config: {sampler: first_n}
        num_fewshot: 1
        description: Be brief.
        doc_to_text: "{{question}}:"
        doc_to_choice: [A1, A2]
        doc_to_target: answer
        """);
  }

  @Test
  void solvedExamplesStandInTheMessageOfTheQuestion() {
    Task task = open("", false);

    assertThat(task.items().get(1).requests())
        .containsExactly(
            new Request("system<Be brief.>user<Q1: A1\n\nQ2:>assistant<", "A1"),
            new Request("system<Be brief.>user<Q1: A1\n\nQ2:>assistant<", "A2"));
  }

  @Test
  void solvedExamplesCanBeTurns() {
    Task task = open("You are a clerk.", true);

    assertThat(task.items().get(1).requests().get(0).context())
        .isEqualTo(
            "system<You are a clerk.\n\nBe brief.>user<Q1:>assistant<A1>user<Q2:>assistant<");
  }

  private Task open(String system, boolean multiturn) {
    ChatContext chat = new ChatContext(ChatContextTest::written, system, multiturn);
    TaskOptions options =
        new TaskOptions(Map.of(), OptionalInt.empty(), OptionalInt.empty(), Optional.of(chat));
    return Task.open(TaskFiles.load(List.of(folder.resolve("task.yaml")), options).get(0));
  }

  private static String written(List<Message> messages) {
    return messages.stream()
            .map(message -> message.role() + "<" + message.content() + ">")
            .collect(Collectors.joining())
        + "assistant<";
  }
}
