package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private String model;
  private Path tasks;

  @BeforeEach
  void writeModelAndTasks() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
    Files.writeString(
        directory.resolve("rows.jsonl"),
        """
        {"question": "One?", "choices": ["yes", "no"], "answer": 0}
        {"question": "Two?", "choices": ["yes", "no"], "answer": 1}
        {"question": "Three?", "choices": ["yes", "no"], "answer": 1}
        """);
    tasks =
        Files.writeString(
            directory.resolve("tasks.yaml"),
            """
            task: special
            group: speciality
            dataset: ${data_dir}/rows.jsonl
            output_type: multiple_choice
            doc_to_text: question
            doc_to_choice: choices
            doc_to_target: answer
            ---
            task: general
            group: gen-kn
            dataset: ${data_dir}/rows.jsonl
            output_type: loglikelihood_rolling
            doc_to_target: question
            """);
  }

  @Test
  void theScoreCardHasEveryTaskAndWhatTheyAddUpTo() throws IOException {
    Path out = directory.resolve("card.json");

    CommandRun run = evaluate("--out", out.toString());

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("special", "general", "speciality S", "versatility V", "uni");
    JsonNode card = JSON.readTree(out.toFile());
    double s = card.at("/speciality/score").asDouble();
    double v = card.at("/versatility/score").asDouble();
    assertThat(card.at("/uni/score").asDouble()).isEqualTo((s + v) / 2);
    assertThat(card.get("tasks")).hasSize(2);
  }

  @Test
  void aRepeatedEvaluationAsksNothingAndSaysSo() {
    evaluate();

    CommandRun run = evaluate();

    assertThat(run.out()).contains("3 of 3 items from the cache", "nothing was asked");
  }

  @Test
  void withoutACacheEverythingIsAskedAgain() {
    evaluate();

    CommandRun run =
        CommandRun.of(
            "evaluate",
            "--model",
            model,
            "--tasks",
            tasks.toString(),
            "--data-dir",
            directory.toString(),
            "--no-cache");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).doesNotContain("from the cache");
  }

  @Test
  void samplesShowWhatWasAskedAndAnswered() throws IOException {
    Path samples = directory.resolve("samples");

    evaluate("--log-samples", samples.toString());

    List<String> lines = Files.readAllLines(samples.resolve("samples_special.jsonl"));
    assertThat(lines).hasSize(3);
    JsonNode first = JSON.readTree(lines.get(0));
    assertThat(first.at("/arguments/1/0").asText()).isEqualTo("One?");
    assertThat(first.at("/arguments/1/1").asText()).isEqualTo(" no");
    assertThat(first.at("/resps/1/0").asDouble()).isNegative();
  }

  @Test
  void anotherModelIsComparedItemByItem() {
    String base = directory.resolve("base.json").toString();
    evaluate("--out", base);
    String other = TinyModel.llama().withSeed(9).writeTo(directory.resolve("other")).toString();

    CommandRun run =
        CommandRun.of(
            "evaluate",
            "--model",
            other,
            "--tasks",
            tasks.toString(),
            "--data-dir",
            directory.toString(),
            "--no-cache",
            "--base",
            base,
            "--json");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"retention\"", "\"p_value\"", "\"comparison\"");
  }

  @Test
  void aScoreCardOfOtherQuestionsIsRefusedBeforeWeightsAreRead() throws IOException {
    String base = directory.resolve("base.json").toString();
    evaluate("--out", base);
    Files.delete(Path.of(model, "model.safetensors"));

    CommandRun run = evaluate("--base", base, "--limit", "2");

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("task special", "other questions", "--limit").hasLineCount(1);
  }

  @Test
  void aRowLongerThanTheContextIsNamedBeforeWeightsAreRead() throws IOException {
    Files.writeString(
        directory.resolve("rows.jsonl"),
        "{\"question\": \"%s\", \"choices\": [\"yes\", \"no\"], \"answer\": 0}\n"
            .formatted("long ".repeat(60)));
    Files.delete(Path.of(model, "model.safetensors"));

    CommandRun run = evaluate();

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("rows.jsonl:1", "context").hasLineCount(1);
  }

  @Test
  void aGaugeNeedsNoTask() throws IOException {
    String other = TinyModel.llama().withSeed(9).writeTo(directory.resolve("other")).toString();
    Path text =
        Files.writeString(directory.resolve("general.txt"), "Once upon a time. ".repeat(40));

    CommandRun run =
        CommandRun.of(
            "evaluate",
            "--model",
            other,
            "--base-model",
            model,
            "--gauge",
            text.toString(),
            "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode gauge = JSON.readTree(run.out()).at("/scorecard/gauges/0");
    assertThat(gauge.get("tokens").asInt()).isEqualTo("Once upon a time. ".length() * 40);
    assertThat(gauge.at("/divergence/score").asDouble()).isPositive();
    assertThat(gauge.at("/nll_change/score").asDouble())
        .isEqualTo(
            gauge.at("/tuned_nll/score").asDouble() - gauge.at("/base_nll/score").asDouble(),
            org.assertj.core.data.Offset.offset(1e-9));
  }

  @Test
  void aMissingDataFileIsNamedBeforeWeightsAreRead() throws IOException {
    Files.delete(directory.resolve("rows.jsonl"));
    Files.delete(Path.of(model, "model.safetensors"));

    CommandRun run = evaluate();

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("rows.jsonl").hasLineCount(1);
  }

  @Test
  void anAnswerOutsideTheChoicesIsNamedByRow() throws IOException {
    Files.writeString(
        directory.resolve("rows.jsonl"),
        "{\"question\": \"One?\", \"choices\": [\"yes\", \"no\"], \"answer\": 7}\n");

    CommandRun run = evaluate();

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("rows.jsonl:1", "outside the choices", "7").hasLineCount(1);
  }

  @Test
  void anEmptyDataSetIsAnError() throws IOException {
    Files.writeString(directory.resolve("rows.jsonl"), "");

    CommandRun run = evaluate();

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("rows.jsonl").hasLineCount(1);
  }

  @Test
  void aTemplateErrorIsNamedByFileAndRow() throws IOException {
    Files.writeString(
        tasks,
        """
        task: special
        dataset: rows.jsonl
        output_type: loglikelihood_rolling
        doc_to_target: "{{question.nowhere.name}}"
        """);

    CommandRun run = evaluate();

    assertThat(run.status()).isEqualTo(ErrorKind.DATA.exitStatus());
    assertThat(run.err()).contains("rows.jsonl:1").hasLineCount(1);
  }

  @Test
  void nothingToEvaluateIsRefused() {
    CommandRun run = CommandRun.of("evaluate", "--model", model);

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("--tasks", "--gauge");
  }

  private CommandRun evaluate(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model",
                model,
                "--tasks",
                tasks.toString(),
                "--data-dir",
                directory.toString(),
                "--cache",
                directory.resolve("cache").toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }
}
