package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchCommandTest {
  private static final int ROWS = 12;

  @TempDir Path directory;
  private String model;
  private String rows;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
    rows = directory.resolve("rows.jsonl").toString();
    Files.writeString(
        Path.of(rows), "{\"instruction\": \"say it\", \"output\": \"it was said\"}\n".repeat(ROWS));
  }

  private CommandRun bench(String... more) {
    return CommandRun.of(
        Stream.concat(
                Stream.of("bench", "--model", model, "--data", rows, "--region", "50%-75%:up_proj"),
                Stream.concat(Stream.of(more), Stream.of("--set", "per_device_train_batch_size=4")))
            .toArray(String[]::new));
  }

  @Test
  void everythingIsMeasuredAndNothingKept() throws IOException {
    List<Path> before = temporaries();

    CommandRun run = bench("--steps", "2", "--set", "prefix_cache=true", "--json");

    assertThat(run.status()).as(run.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(run.out());
    assertThat(result.at("/training/region").asText()).isEqualTo("2-2:up_proj");
    assertThat(result.at("/training/steps").asInt()).isEqualTo(2);
    for (String number :
        List.of(
            "/machine/startSeconds",
            "/machine/matrixFlops",
            "/training/tokensPerSecond",
            "/training/laterTokensPerSecond",
            "/training/rooflineShare",
            "/training/overLeast",
            "/training/overMicroBatch",
            "/training/overEstimate",
            "/questions/perSecond",
            "/writing/tokensPerSecond")) {
      assertThat(result.at(number).asDouble()).as(number).isPositive();
    }
    assertThat(result.at("/training/rooflineShare").asDouble())
        .isEqualTo(
            result.at("/training/flops").asDouble() / result.at("/machine/matrixFlops").asDouble());
    assertThat(result.at("/training/leastBytes").asLong())
        .isEqualTo(Files.size(Path.of(model, "model.safetensors")) - headerBytes() + 16 * 2048);
    assertThat(result.at("/writing/tokens").asLong()).isEqualTo(ROWS * 64L);
    assertThat(temporaries()).isEqualTo(before);
  }

  private long headerBytes() throws IOException {
    byte[] file = Files.readAllBytes(Path.of(model, "model.safetensors"));
    return Long.BYTES
        + java.nio.ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static List<Path> temporaries() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith("cofitune-bench"))
          .sorted()
          .toList();
    }
  }

  @Test
  void peopleReadItInLines() {
    CommandRun run = bench("--steps", "1");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsSubsequence(
            "machine  cpu, ",
            "start  ",
            "training region, region 2-2:up_proj, 2.05k parameters",
            "speed  ",
            "roofline ",
            "memory  ",
            "scoring  ",
            "texts  ");
    assertThat(run.err()).contains("measuring training\n", "measuring texts\n");
  }

  @Test
  void trainingAloneLeavesQuestionsAndTextsOut() {
    CommandRun run = bench("--steps", "1", "--training-only");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("speed  ", "memory  ").doesNotContain("scoring", "texts");
    assertThat(run.err()).contains("measuring training\n").doesNotContain("measuring questions");
  }

  @Test
  void tooFewRowsAreNamed() {
    CommandRun run = bench("--steps", "3");

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains("rows.jsonl", "too few rows to measure", "expected 16 rows", "found 12");
  }

  @Test
  void noStepsMeasureNothing() {
    assertThat(bench("--steps", "0").err()).contains("--steps", "nothing to measure");
  }
}
