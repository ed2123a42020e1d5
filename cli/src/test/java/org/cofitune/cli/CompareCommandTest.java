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

final class CompareCommandTest {
  @TempDir Path directory;
  private String recipe;

  @BeforeEach
  void writeRecipe() throws IOException {
    TinyModel.llama().writeTo(directory.resolve("model"));
    Files.writeString(
        directory.resolve("rows.jsonl"),
        "{\"instruction\": \"Count.\", \"output\": \"ok\"}\n".repeat(6));
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
        """);
    recipe =
        Files.writeString(
                directory.resolve("recipe.yaml"),
                """
                model_name_or_path: %1$s/model
                dataset: %1$s/rows.jsonl
                output_dir: %1$s/run
                device: cpu
                val_size: 2
                max_steps: 1
                learning_rate: 1e-2
                evaluate: {tasks: %1$s/tasks.yaml}
                search: {versatility_data: %1$s/rows.jsonl}
                compare: {methods: [{name: full, method: full}]}
                """
                    .formatted(directory))
            .toString();
  }

  @Test
  void theTableIsPrintedAndItsFileNamed() {
    CommandRun run = CommandRun.of("compare", recipe);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("method", "front", "base", "full", "0.01", "table.md", "report.html");
    assertThat(directory.resolve("run/report.html")).content().contains("full has uni");
    assertThat(run.err())
        .contains("testing base", "training full, learning rate 0.01", "on the development set");
  }

  @Test
  void jsonIsTheTableAsItIsOnTheDisk() throws IOException {
    CommandRun run = CommandRun.of("compare", recipe, "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode table = new ObjectMapper().readTree(run.out());
    assertThat(table)
        .isEqualTo(
            new ObjectMapper().readTree(directory.resolve("run/compare/table.json").toFile()));
    assertThat(table.at("/rows/1/gain/score").asDouble()).isEqualTo(1);
  }

  @Test
  void aRecipeWithoutMethodsIsRefusedInOneLine() {
    CommandRun run = CommandRun.of("compare", recipe, "--set", "compare.methods=[]");

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("compare.methods").hasLineCount(1);
  }

  @Test
  void pruningKeepsTheBytesOfAWholeDelta() throws IOException {
    CommandRun trained =
        CommandRun.of("train", recipe, "--out", directory.resolve("trained").toString());
    assertThat(trained.status()).as(trained.err()).isZero();
    Path delta = directory.resolve("trained/delta");

    CommandRun run =
        CommandRun.of(
            "prune",
            "--model",
            directory.resolve("model").toString(),
            "--delta",
            delta.toString(),
            "--keep",
            "1",
            "--out",
            directory.resolve("pruned").toString());

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(directory.resolve("pruned/delta.safetensors"))
        .hasSameBinaryContentAs(delta.resolve("delta.safetensors"));
  }
}
