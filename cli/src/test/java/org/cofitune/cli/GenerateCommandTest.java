package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private String model;

  @BeforeEach
  void writeModel() {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
  }

  @Test
  void aTextIsContinuedAsItStands() {
    CommandRun run =
        CommandRun.of(
            "generate", "--model", model, "--prompt", "Once upon", "--max-new-tokens", "5");

    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("Once upon").endsWith(System.lineSeparator());
  }

  @Test
  void theRowsOfAFileKeepTheirOrderWhateverTheirLength() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("prompts.jsonl"),
            """
            {"prompt": "a"}

            {"instruction": "Count.", "input": "1 2 3"}
            {"messages": [{"role": "user", "content": "Hello there, how are you today?"}]}
            """);

    CommandRun run =
        CommandRun.of(
            "generate", "--model", model, "--file", file.toString(), "--max-new-tokens", "3");

    assertThat(run.status()).as(run.err()).isZero();
    String[] lines = run.out().split("\\R");
    assertThat(lines).hasSize(3);
    int last = 0;
    for (int row = 0; row < lines.length; row++) {
      JsonNode answer = JSON.readTree(lines[row]);
      assertThat(answer.get("row").asInt()).isEqualTo(row);
      assertThat(answer.get("completion_tokens").asInt()).isBetween(0, 3);
      assertThat(answer.get("prompt_tokens").asInt()).isGreaterThan(last);
      last = row == 0 ? answer.get("prompt_tokens").asInt() : 2;
    }
  }

  @Test
  void aLineWithoutAPromptIsNamed() throws IOException {
    Path file =
        Files.writeString(directory.resolve("prompts.jsonl"), "{\"prompt\": \"a\"}\n{\"text\":1}");

    CommandRun run = CommandRun.of("generate", "--model", model, "--file", file.toString());

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("prompts.jsonl:2").contains("text");
  }

  @Test
  void oneSourceOfPromptsIsRequired() {
    CommandRun run = CommandRun.of("generate", "--model", model);

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("--prompt").contains("--file");
  }

  @Test
  void aMissingTokenizerIsNamedBeforeWeightsAreRead() throws IOException {
    Files.delete(Path.of(model, "tokenizer.json"));

    CommandRun run = CommandRun.of("generate", "--model", model, "--prompt", "a");

    assertThat(run.status()).isEqualTo(ErrorKind.FORMAT.exitStatus());
    assertThat(run.err()).contains("tokenizer.json");
  }

  @Test
  void aConversationGoesOnUntilTheInputEnds() {
    InputStream before = System.in;
    try {
      System.setIn(
          new ByteArrayInputStream("Hello\n\n/new\nAgain\n".getBytes(StandardCharsets.UTF_8)));
      CommandRun run = CommandRun.of("chat", "--model", model, "--max-new-tokens", "4", "--json");

      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out().split("\\R")).hasSize(2).allMatch(line -> line.contains("assistant"));
    } finally {
      System.setIn(before);
    }
  }
}
