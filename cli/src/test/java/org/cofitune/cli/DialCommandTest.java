package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DialCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of sums in float32, whose order depends on where the weights lie in memory. */
  private static final Offset<Double> ROUNDING = Offset.offset(1e-5);

  @TempDir Path directory;
  private String model;
  private String delta;
  private String tasks;

  @BeforeEach
  void trainAndWriteTasks() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
    Files.writeString(
        directory.resolve("rows.jsonl"),
        """
        {"instruction": "One?", "output": "yes"}
        {"instruction": "Two?", "output": "no"}
        {"instruction": "Three?", "output": "no"}
        """);
    Files.writeString(directory.resolve("general.txt"), "Once upon a time. ".repeat(9));
    tasks =
        Files.writeString(
                directory.resolve("tasks.yaml"),
                """
                task: special
                group: speciality
                dataset: rows.jsonl
                output_type: loglikelihood
                doc_to_text: instruction
                doc_to_target: output
                metric_list: [{metric: token_perplexity}]
                ---
                task: general
                group: gen-kn
                dataset: rows.jsonl
                output_type: loglikelihood_rolling
                doc_to_target: instruction
                """)
            .toString();
    CommandRun trained =
        CommandRun.of(
            "train",
            "--model",
            model,
            "--data",
            directory.resolve("rows.jsonl").toString(),
            "--out",
            directory.resolve("run").toString(),
            "--set",
            "max_steps=2",
            "--set",
            "learning_rate=1e-2");
    assertThat(trained.status()).as(trained.err()).isZero();
    delta = directory.resolve("run/delta").toString();
  }

  @Test
  void theEndsOfTheCurveAreBaseAndTunedModelAndTheChosenOneIsWritten() throws IOException {
    String written = directory.resolve("chosen").toString();
    CommandRun run =
        dial(
            "--tasks",
            tasks,
            "--alphas",
            "0.5",
            "--choose",
            "speciality>=100%",
            "--out",
            directory.resolve("curve.json").toString(),
            "--write",
            written,
            "--cache",
            directory.resolve("cache").toString());

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("chosen", "alpha", "V/V_base", "[");
    JsonNode curve = JSON.readTree(directory.resolve("curve.json").toFile());
    assertThat(curve.get("curve")).hasSize(3);
    assertThat(curve.at("/curve/0/retention").asDouble()).isEqualTo(1);
    assertThat(uni(curve.at("/curve/0"))).isCloseTo(evaluated(model), ROUNDING);
    JsonNode chosen = null;
    for (JsonNode point : curve.get("curve")) {
      chosen = point.get("alpha").equals(curve.get("alpha")) ? point : chosen;
    }
    assertThat(uni(chosen)).isCloseTo(evaluated(written), ROUNDING);
    assertThat(uni(curve.at("/curve/2"))).isCloseTo(evaluated(model, "--delta", delta), ROUNDING);
  }

  @Test
  void aRepeatedDialAsksNothing() {
    String cache = directory.resolve("cache").toString();
    dial("--tasks", tasks, "--alphas", "0.5", "--cache", cache);

    CommandRun again = dial("--tasks", tasks, "--alphas", "0.5", "--cache", cache);

    assertThat(again.err()).contains("items 3/3").doesNotContain("items 0/3");
  }

  @Test
  void rowsAndTextsDoWithoutTasks() throws IOException {
    CommandRun run =
        dial(
            "--rows",
            directory.resolve("rows.jsonl").toString(),
            "--general",
            directory.resolve("general.txt").toString(),
            "--alphas",
            "0,1",
            "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode curve = JSON.readTree(run.out()).get("curve");
    assertThat(curve.at("/1/speciality/score").asDouble())
        .isGreaterThan(curve.at("/0/speciality/score").asDouble());
    assertThat(curve.at("/0/speciality").has("low")).isFalse();
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(dial().err()).contains("nothing to score on", "--rows").hasLineCount(1);
    assertThat(dial("--rows", "a.jsonl").err()).contains("--general");
    assertThat(dial("--tasks", tasks, "--choose", "best").err()).contains("retention>=X");
    assertThat(dial("--tasks", tasks, "--write", model).err()).contains("folder is in use");
    assertThat(CommandRun.of("dial", "--model", model, "--tasks", tasks).err()).contains("--delta");
  }

  private static double uni(JsonNode point) {
    return point.at("/uni/score").asDouble();
  }

  private double evaluated(String evaluated, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("evaluate", "--model", evaluated, "--tasks", tasks, "--no-cache", "--json"));
    words.addAll(List.of(more));
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    return JSON.readTree(run.out()).at("/scorecard/uni/score").asDouble();
  }

  private CommandRun dial(String... more) {
    List<String> words = new ArrayList<>(List.of("dial", "--model", model, "--delta", delta));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }
}
