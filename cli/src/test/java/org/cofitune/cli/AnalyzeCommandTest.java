package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AnalyzeCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DOCUMENT = Path.of("..", "docs", "analyze.md");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ {4}\\./cofitune ((?:.*\\\\\\n)*.*)$");
  private static final int USAGE = 2;

  /** Enough that an analysis of them goes on for a while. */
  private static final int MANY_LAYERS = 40;

  @TempDir Path directory;
  private String model;
  private String general;
  private String held;

  @BeforeEach
  void trainARun() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("models/my-llama")).toString();
    general = write("general.jsonl", "{\"text\": \"Once upon a time %d.\"}\n");
    held = write("held-out.jsonl", "{\"instruction\": \"And %d?\", \"output\": \"yes\"}\n");
    CommandRun trained =
        CommandRun.of(
            "train",
            "--model",
            model,
            "--data",
            write("rows.jsonl", "{\"instruction\": \"Is it %d?\", \"output\": \"yes\"}\n"),
            "--region",
            "1-2:ffn",
            "--out",
            path("runs/first"),
            "--set",
            "max_steps=3",
            "--set",
            "learning_rate=1e-2",
            "--set",
            "val_size=4",
            "--set",
            "search.versatility_data=" + general);
    assertThat(trained.status()).as(trained.err()).isZero();
  }

  private String write(String name, String row) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      rows.append(row.formatted(i));
    }
    return Files.writeString(directory.resolve(name), rows).toString();
  }

  @Test
  void everyCommandOfTheDocumentRuns() throws IOException {
    Matcher commands = COMMAND.matcher(Files.readString(DOCUMENT));
    int count = 0;
    while (commands.find()) {
      CommandRun run = CommandRun.of(words(commands.group(1)));
      assertThat(run.status()).as("%s%n%s", commands.group(1), run.err()).isZero();
      count++;
    }
    assertThat(count).isEqualTo(3);
  }

  @Test
  void everyKeyOfTheFileIsInTheDocument() throws IOException {
    JsonNode analysis = JSON.readTree(analyze("runs/first", "--json").out());
    String document = Files.readString(DOCUMENT);
    List<String> keys = new ArrayList<>();
    collectKeys(analysis, keys);

    assertThat(keys).isNotEmpty().allSatisfy(key -> assertThat(document).contains("`" + key + "`"));
  }

  private static void collectKeys(JsonNode node, List<String> keys) {
    node.properties()
        .forEach(
            field -> {
              if (!field.getKey().contains(".")) {
                keys.add(field.getKey());
              }
              collectKeys(field.getValue(), keys);
            });
    if (node.isArray()) {
      node.forEach(element -> collectKeys(element, keys));
    }
  }

  @Test
  void aRunHasItsOwnRowsAndKeepsTheAnalysis() throws IOException {
    CommandRun run = analyze("runs/first");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode analysis =
        JSON.readTree(directory.resolve("runs/first/analysis/analysis.json").toFile());
    assertThat(analysis.at("/readings/speciality/rows").asInt()).isEqualTo(4);
    assertThat(analysis.at("/readings/versatility/rows").asInt()).isEqualTo(12);
    assertThat(analysis.at("/changed")).hasSize(6);
    assertThat(analysis.at("/readings/speciality/base/log_probability")).hasSize(4);
    assertThat(analysis.at("/drift/relative/0/5").asDouble()).isZero();
    assertThat(analysis.at("/drift/relative/1/5").asDouble()).isPositive();
    assertThat(run.out())
        .containsPattern("(?m)^layer 1 +3 +")
        .contains("analysis " + path("runs/first/analysis/analysis.json"));
  }

  @Test
  void theSameCommandGivesTheSameFile() throws IOException {
    Path file = directory.resolve("runs/first/analysis/analysis.json");
    analyze("runs/first");
    String first = Files.readString(file);

    analyze("runs/first");

    assertThat(Files.readString(file)).isEqualTo(first);
  }

  @Test
  void aMergedModelIsComparedWithItsBase() throws IOException {
    String rows = " --speciality " + held + " --versatility " + general + " --rows 5 --json";
    JsonNode merged =
        JSON.readTree(
            analyze("--model runs/first/model --base-model models/my-llama" + rows).out());
    JsonNode delta =
        JSON.readTree(analyze("--model models/my-llama --delta runs/first/delta" + rows).out());

    assertThat(merged.get("swaps")).isEqualTo(delta.get("swaps")).isNotEmpty();
    assertThat(merged.get("readings")).isEqualTo(delta.get("readings"));
    assertThat(merged.at("/readings/speciality/rows").asInt()).isEqualTo(5);
    assertThat(merged.get("base").asText()).isEqualTo(model);
  }

  @Test
  void theScoresAreThoseOfTheDial() throws IOException {
    String delta = path("runs/first/delta");
    JsonNode analysis =
        JSON.readTree(
            analyze(
                    "--model",
                    model,
                    "--delta",
                    delta,
                    "--speciality",
                    held,
                    "--versatility",
                    general,
                    "--json")
                .out());
    CommandRun dial =
        CommandRun.of(
            "dial",
            "--model",
            model,
            "--delta",
            delta,
            "--rows",
            held,
            "--general",
            general,
            "--alphas",
            "0,1",
            "--json");

    JsonNode curve = JSON.readTree(dial.out()).get("curve");
    for (String kind : List.of("speciality", "versatility")) {
      for (int end = 0; end < 2; end++) {
        String point = end == 0 ? "base" : "tuned";
        double expected = curve.at("/" + end + "/" + kind + "/score").asDouble();
        assertThat(analysis.at("/scores/" + point + "/" + kind).asDouble())
            .isCloseTo(expected, within(1e-5));
      }
    }
  }

  @Test
  void aTerminationSignalLeavesNothingBehind() throws Exception {
    Path log = directory.resolve("log.txt");
    TinyModel deep = TinyModel.llama().withLayers(MANY_LAYERS);
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of("analyze", "--model"));
    words.add(deep.withSeed(2).writeTo(directory.resolve("models/tuned")).toString());
    words.add("--base-model");
    words.add(deep.writeTo(directory.resolve("models/base")).toString());
    words.addAll(List.of("--speciality", held, "--versatility", general, "--out", path("out")));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (process.isAlive() && !Files.readString(log).contains("models 0/")) {
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    process.destroy();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(Files.readString(log)).contains("stopped; the same command begins anew");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void whatIsMissingOrTooMuchIsNamedInOneLine() throws IOException {
    refused(USAGE, List.of("--model", "name a run"));
    refused(USAGE, List.of("--delta"), "--model", model);
    refused(USAGE, List.of("twice"), "runs/first", "--model", model);
    refused(USAGE, List.of("recipe.yaml"), "models/my-llama");
    String delta = path("runs/first/delta");
    refused(USAGE, List.of("--speciality"), "--model", model, "--delta", delta);
    refused(
        USAGE, List.of("--versatility"), "--model", model, "--delta", delta, "--speciality", held);
    refused(USAGE, List.of("--rows", "-1"), "runs/first", "--rows", "-1");
    refused(USAGE, List.of("template", "plain"), "runs/first", "--template", "poem");
    refused(3, List.of("missing.jsonl"), "runs/first", "--speciality", path("missing.jsonl"));
    Path other = TinyModel.llama().withSeed(9).writeTo(directory.resolve("models/other"));
    refused(
        4,
        List.of("another base"),
        "--model",
        other.toString(),
        "--delta",
        delta,
        "--speciality",
        held,
        "--versatility",
        general);
    Path small = TinyModel.llama().withLayers(2).writeTo(directory.resolve("models/small"));
    refused(
        4,
        List.of("architecture"),
        "--model",
        small.toString(),
        "--base-model",
        model,
        "--speciality",
        held,
        "--versatility",
        general);
    assertThat(directory.resolve("runs/first/analysis")).doesNotExist();
  }

  @Test
  void aRunWithoutHeldOutRowsAsksForThem() throws IOException {
    Path recipe = directory.resolve("runs/first/recipe.yaml");
    Files.writeString(
        recipe, Files.readString(recipe).replaceFirst("(?m)^val_size:.*$", "val_size: 0"));

    refused(USAGE, List.of("held-out rows", "--speciality"), "runs/first");
    assertThat(analyze("runs/first", "--speciality", held).status()).isZero();
  }

  private void refused(int status, List<String> parts, String... words) {
    CommandRun run = analyze(words);

    assertThat(run.status()).as(run.err()).isEqualTo(status);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(parts.toArray(String[]::new));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private CommandRun analyze(String... more) {
    return CommandRun.of(words("analyze " + String.join(" ", more)));
  }

  /** Words as a shell sees them, with paths in the test's own folder. */
  private String[] words(String line) {
    return Arrays.stream(line.replace("\\\n", " ").trim().split("\\s+"))
        .map(word -> word.matches("(models|runs)/.*|[a-z-]+\\.jsonl|analysis") ? path(word) : word)
        .toArray(String[]::new);
  }
}
