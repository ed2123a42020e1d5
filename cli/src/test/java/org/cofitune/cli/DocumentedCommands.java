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

/**
 * A folder in which the commands of the documents run: a small model, rows, tasks, and examples
 * under the names that the documents use.
 */
record DocumentedCommands(Path directory) {
  static final Path ROOT = Path.of("..");

  private static final String MODELS = "../shared/fixtures/models/";
  private static final String DATA = "../shared/fixtures/data";
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ {4}\\./cofitune ((?:.*\\\\\\n)*.*)$");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Pattern OF_THE_FOLDER =
      Pattern.compile(
          "(models|runs|examples)/.*|(rows|general|held-out|general-held-out)\\.(jsonl|txt)"
              + "|(my|dev)-tasks\\.yaml|(base|tuned)\\.json|recipe\\.yaml|pruned|analysis");

  /** Fills an empty folder. */
  static DocumentedCommands in(Path directory) throws IOException {
    DocumentedCommands commands = new DocumentedCommands(directory);
    TinyModel.llama().writeTo(directory.resolve("models/my-llama"));
    String rows = "{\"instruction\": \"Say yes.\", \"output\": \"yes\"}\n".repeat(100);
    String stories = "{\"text\": \"Yes.\"}\n".repeat(10);
    for (String name : List.of("rows", "held-out", "gsm8k_train", "gsm8k_test")) {
      Files.writeString(directory.resolve(name + ".jsonl"), rows);
    }
    for (String name : List.of("general", "tinystories_valid")) {
      Files.writeString(directory.resolve(name + ".jsonl"), stories);
    }
    Files.writeString(directory.resolve("general.txt"), "Yes. No.\n");
    for (String name : List.of("my-tasks", "dev-tasks")) {
      Files.writeString(directory.resolve(name + ".yaml"), TASKS);
    }
    commands.writeExamples();
    return commands;
  }

  private static final String TASKS =
      """
      task: yes
      group: speciality
      dataset: rows.jsonl
      output_type: loglikelihood
      doc_to_text: instruction
      doc_to_target: output
      ---
      task: stories
      group: gen-kn
      dataset: general.jsonl
      output_type: loglikelihood_rolling
      doc_to_target: text
      """;

  /** The examples on this folder's model and rows, and with fewer steps. */
  private void writeExamples() throws IOException {
    writeExample(
        "first-run.yaml",
        Map.of("max_steps: 100", "max_steps: 2", "cutoff_len: 512", "cutoff_len: 256"));
    writeExample(
        "small-domain.yaml",
        Map.of("num_train_epochs: 3", "num_train_epochs: 0.1", "max_steps: 30", "max_steps: 2"));
    writeExample("search.yaml", Map.of());
    writeExample(
        "compare.yaml", Map.of("max_steps: 30", "max_steps: 1", "seeds: [1, 2]", "seeds: [1]"));
    Files.copy(
        ROOT.resolve("examples/small-domain-tasks.yaml"),
        directory.resolve("examples/small-domain-tasks.yaml"));
  }

  private void writeExample(String name, Map<String, String> changes) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(changes);
    all.put(MODELS + "stories3M", directory.resolve("models/my-llama").toString());
    all.put(DATA, directory.toString());
    all.put(": runs/", ": " + directory.resolve("runs") + "/");
    String recipe = Files.readString(ROOT.resolve("examples").resolve(name));
    for (Map.Entry<String, String> change : all.entrySet()) {
      assertThat(recipe).contains(change.getKey());
      recipe = recipe.replace(change.getKey(), change.getValue());
    }
    recipe = recipe.replace(": examples/", ": " + directory.resolve("examples") + "/");
    Files.createDirectories(directory.resolve("examples"));
    Files.writeString(directory.resolve("examples").resolve(name), recipe);
  }

  /** The commands that a page shows, word by word, with paths in this folder. */
  List<List<String>> of(Path page) throws IOException {
    List<List<String>> commands = new ArrayList<>();
    Matcher matcher = COMMAND.matcher(Files.readString(page));
    while (matcher.find()) {
      commands.add(words(matcher.group(1)));
    }
    return commands;
  }

  /** Words as a shell sees them. */
  private List<String> words(String line) {
    String bare = line.replaceFirst("\\s+#.*", "").replace("\\\n", " ");
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(bare);
    while (matcher.find()) {
      String word = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(inFolder(word));
    }
    return words;
  }

  private String inFolder(String word) {
    if (word.startsWith(MODELS)) {
      return directory.resolve("models/my-llama").toString();
    }
    if (word.startsWith(DATA)) {
      return directory + word.substring(DATA.length());
    }
    return OF_THE_FOLDER.matcher(word).matches() ? directory.resolve(word).toString() : word;
  }

  /** Runs a command; the user's own answers are none of a test's business. */
  static CommandRun run(List<String> words) {
    List<String> all = new ArrayList<>(words);
    if (words.get(0).equals("evaluate") || words.get(0).equals("dial")) {
      all.add("--no-cache");
    }
    CommandRun ended = CommandRun.of(all.toArray(String[]::new));
    assertThat(ended.status()).as("%s%n%s", all, ended.err()).isZero();
    return ended;
  }
}
