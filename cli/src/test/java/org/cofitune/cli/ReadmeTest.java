package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of the README, in its order, on a small model. */
final class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ {4}\\./cofitune ((?:.*\\\\\\n)*.*)$");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir Path directory;

  @Test
  void everyCommandRuns() throws IOException {
    TinyModel.llama().writeTo(directory.resolve("models/my-llama"));
    Files.writeString(
        directory.resolve("rows.jsonl"),
        "{\"instruction\": \"Say yes.\", \"output\": \"yes\"}\n".repeat(100));
    Files.writeString(directory.resolve("general.jsonl"), "{\"text\": \"Yes.\"}\n".repeat(10));
    Files.copy(directory.resolve("rows.jsonl"), directory.resolve("held-out.jsonl"));
    writeExamples();
    Files.writeString(
        directory.resolve("my-tasks.yaml"),
        """
        task: yes
        group: speciality
        dataset: rows.jsonl
        output_type: loglikelihood
        doc_to_text: instruction
        doc_to_target: output
        """);

    List<String> run = new ArrayList<>();
    Matcher commands = COMMAND.matcher(Files.readString(README));
    while (commands.find()) {
      List<String> words = words(commands.group(1));
      if (words.get(0).equals("evaluate")) {
        words.add("--no-cache"); // the user's own is none of a test's business
      }
      CommandRun ended = CommandRun.of(words.toArray(String[]::new));
      assertThat(ended.status()).as("%s%n%s", words, ended.err()).isZero();
      run.add(words.get(0));
    }

    assertThat(run)
        .containsExactly(
            "train",
            "preview",
            "estimate",
            "train",
            "generate",
            "merge",
            "dial",
            "prune",
            "importance",
            "train",
            "evaluate",
            "evaluate",
            "run",
            "importance",
            "compare");
    assertThat(directory.resolve("models/half/model.safetensors")).exists();
  }

  /** The examples on the test's own model and rows, and with fewer steps. */
  private void writeExamples() throws IOException {
    writeExample(
        "first-run.yaml",
        Map.of("max_steps: 100", "max_steps: 2", "cutoff_len: 512", "cutoff_len: 256"));
    writeExample(
        "small-domain.yaml",
        Map.of("num_train_epochs: 3", "num_train_epochs: 0.1", "max_steps: 30", "max_steps: 2"));
    writeExample(
        "compare.yaml", Map.of("max_steps: 30", "max_steps: 1", "seeds: [1, 2]", "seeds: [1]"));
    Files.copy(
        Path.of("..", "examples", "small-domain-tasks.yaml"),
        directory.resolve("examples/small-domain-tasks.yaml"));
    Files.copy(directory.resolve("rows.jsonl"), directory.resolve("gsm8k_train.jsonl"));
    Files.copy(directory.resolve("rows.jsonl"), directory.resolve("gsm8k_test.jsonl"));
    Files.copy(directory.resolve("general.jsonl"), directory.resolve("tinystories_valid.jsonl"));
  }

  private void writeExample(String name, Map<String, String> changes) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(changes);
    all.put("../shared/fixtures/models/stories3M", directory.resolve("models/my-llama").toString());
    all.put("../shared/fixtures/data", directory.toString());
    all.put(": runs/", ": " + directory.resolve("runs") + "/");
    String recipe = Files.readString(Path.of("..", "examples", name));
    for (Map.Entry<String, String> change : all.entrySet()) {
      assertThat(recipe).contains(change.getKey());
      recipe = recipe.replace(change.getKey(), change.getValue());
    }
    recipe = recipe.replace(": examples/", ": " + directory.resolve("examples") + "/");
    Files.createDirectories(directory.resolve("examples"));
    Files.writeString(directory.resolve("examples").resolve(name), recipe);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Matcher links = Pattern.compile("\\]\\((?!http)([^)#]+)").matcher(Files.readString(README));
    while (links.find()) {
      assertThat(README.resolveSibling(links.group(1))).exists();
    }
  }

  @Test
  void theTestCommandIsTheOneThatContinuousIntegrationRuns() throws IOException {
    assertThat(Files.readString(README)).contains("\n    mvn -B verify ");
    assertThat(Files.readString(Path.of("..", ".ci", "run"))).contains("\nmvn -B verify ");
  }

  /** Words as a shell sees them, with paths in the test's own folder. */
  private List<String> words(String line) {
    String bare = line.replaceFirst("\\s+#.*", "").replace("\\\n", " ");
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(bare);
    while (matcher.find()) {
      String word = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      boolean path =
          word.matches(
              "(models|runs|examples)/.*|(rows|general|held-out)\\.jsonl|my-tasks\\.yaml|base\\.json");
      words.add(path ? directory.resolve(word).toString() : word);
    }
    return words;
  }
}
