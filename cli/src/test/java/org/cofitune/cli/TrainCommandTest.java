package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainCommandTest {
  @TempDir Path directory;
  private String model;
  private String data;
  private String out;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("base")).toString();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append("{\"text\": \"row %d\"}\n".formatted(i));
    }
    data = Files.writeString(directory.resolve("rows.jsonl"), text).toString();
    out = directory.resolve("run").toString();
  }

  @Test
  void trainsMergesAndSaysWhere() {
    CommandRun run = CommandRun.of(command("--set", "max_steps=3", "--set", "val_size=4"));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("training 2.05k parameters on 16 rows, 4 held out, 3 steps")
        .containsPattern("(?m)^step 1/3  epoch 0\\.\\d\\d  loss \\d\\.\\d{4}  lr ")
        .containsPattern("(?m)^step 3: held-out loss ");
    assertThat(run.out())
        .containsPattern("(?m)^loss     \\d\\.\\d{4} in training, held-out loss \\d\\.\\d{4}$")
        .contains("delta    " + out + "/delta\n", "model    " + out + "/model\n");
    assertThat(Path.of(out, "model", "tokenizer.json")).exists();
  }

  @Test
  void aRunsDeltaMergesToTheModelThatTheRunWrote() throws IOException {
    CommandRun.of(command("--set", "max_steps=2"));

    String merged = directory.resolve("merged").toString();
    CommandRun run =
        CommandRun.of("merge", "--model", model, "--delta", out + "/delta", "--out", merged);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Path.of(merged, "model.safetensors"))
        .hasSameBinaryContentAs(Path.of(out, "model", "model.safetensors"));
    assertThat(Path.of(merged, "README.md"))
        .hasSameTextualContentAs(Path.of(out, "model", "README.md"));
    CommandRun again =
        CommandRun.of("merge", "--model", model, "--delta", out + "/delta", "--out", merged);
    assertThat(again.status()).isEqualTo(2);
    CommandRun much =
        CommandRun.of(
            "merge", "--model", model, "--delta", out + "/delta", "--out", "x", "--alpha", "2");
    assertThat(much.status()).isEqualTo(2);
    assertThat(much.err()).contains("--alpha: ");
  }

  @Test
  void jsonIsOneObjectOnStandardOutput() throws IOException {
    CommandRun run = CommandRun.of(command("--set", "max_steps=1", "--json"));

    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.get("end").asText()).isEqualTo("complete");
    assertThat(report.get("steps").asInt()).isEqualTo(1);
    assertThat(report.get("model").asText()).isEqualTo(out + "/model");
  }

  @Test
  void anExplodedLearningRateEndsWithTheStatusOfTraining() {
    CommandRun run =
        CommandRun.of(
            command(
                "--set",
                "learning_rate=1e30",
                "--set",
                "max_grad_norm=0",
                "--set",
                "warmup_ratio=0",
                "--set",
                "max_steps=50"));

    assertThat(run.status()).isEqualTo(5);
    assertThat(run.err().lines().filter(line -> line.startsWith("error: "))).hasSize(1);
  }

  @Test
  void aTerminationSignalSavesAndTheRunGoesOnFromThere() throws Exception {
    Path log = directory.resolve("log.txt");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of(command("--set", "max_steps=100000", "--set", "logging_steps=1000")));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (process.isAlive() && !Files.readString(log).contains("step 1/100000")) {
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    process.destroy();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(Files.readString(log))
        .contains("stopping: a checkpoint is saved after this step")
        .containsPattern("stopped after step \\d+; go on with --resume");
    assertThat(Path.of(out, "checkpoints")).isDirectoryContaining("glob:**/step-*");
  }

  @Test
  void theHelpShowsExamples() {
    assertThat(CommandRun.of("train", "--help").out())
        .contains("Examples:", "--region 25%-50%:up_proj,down_proj", "--resume");
  }

  private String[] command(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                model,
                "--data",
                data,
                "--out",
                out,
                "--region",
                "1:up_proj",
                "--set",
                "device=cpu"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
