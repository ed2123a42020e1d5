package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PreviewCommandTest {
  @TempDir Path directory;
  private String model;
  private String data;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
    data =
        Files.writeString(
                directory.resolve("rows.jsonl"),
                """
                {"instruction": "Say hello.", "input": "", "output": "Hello!"}
                {"instruction": "Beep \\u001b[31m", "input": "", "output": "Two\\nlines"}
                """)
            .toString();
  }

  @Test
  void supervisedTokensStandInBracketsWhereThereIsNoColour() {
    CommandRun run = CommandRun.of("preview", "--model", model, "--data", data, "--rows", "1");

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(data + ":1: ")
        .contains("### Instruction:\n  Say hello.\n")
        .contains("[[ Hello!</s>]]")
        .doesNotContain("Two")
        .contains("rows       2 read, 0 skipped, 0 truncated to 256 tokens")
        .containsPattern("(?m)^tokens     [0-9]+, of which 19 supervised");
  }

  @Test
  void theyAreGreenOnATerminalAndNothingElseOfTheDataReachesIt() {
    CommandRun run = CommandRun.inColour("preview", "--model", model, "--data", data);

    assertThat(run.out())
        .contains("\u001b[32m Hello!</s>\u001b[0m")
        .contains("\u001b[32m Two\u001b[0m\n  \u001b[32mlines</s>\u001b[0m")
        .contains("Beep \\u001b[31m");
  }

  @Test
  void aRecipeAndItsSettingsApply() throws IOException {
    Path recipe =
        Files.writeString(
            directory.resolve("recipe.yaml"),
            "model_name_or_path: %s\ndataset: %s\nsupervised: all\n".formatted(model, data));

    CommandRun run =
        CommandRun.of("preview", recipe.toString(), "--set", "cutoff_len=60", "--rows", "1");

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("60 tokens, 59 supervised, cut off from ")
        .contains("2 truncated to 60 tokens");
  }

  @Test
  void jsonCarriesPiecesAndCounts() throws IOException {
    CommandRun run = CommandRun.of("preview", "--model", model, "--data", data, "--json");

    JsonNode preview = new ObjectMapper().readTree(run.out());
    assertThat(preview.get("examples").asInt()).isEqualTo(2);
    assertThat(preview.at("/rows/0/pieces/1/text").asText()).isEqualTo(" Hello!</s>");
    assertThat(preview.at("/rows/0/pieces/1/supervised").asBoolean()).isTrue();
  }

  @Test
  void aBrokenRowEndsWithItsLineAndTheStatusOfData() throws IOException {
    Files.writeString(Path.of(data), "{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instru");

    CommandRun run = CommandRun.of("preview", "--model", model, "--data", data);

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err().lines()).singleElement().asString().startsWith("error: " + data + ":2");
  }

  @Test
  void aMissingModelIsTheRecipesFaultAndAMissingTokenizerTheCheckpoints() throws IOException {
    CommandRun none = CommandRun.of("preview", "--data", data);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("preview needs a value for model_name_or_path");

    Files.delete(Path.of(model, "tokenizer.json"));
    CommandRun broken = CommandRun.of("preview", "--model", model, "--data", data);
    assertThat(broken.status()).isEqualTo(4);
    assertThat(broken.err()).contains("tokenizer.json");
  }
}
