package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cofitune.store.DoubleArray;
import org.cofitune.store.NpyFile;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImportanceCommandTest {
  @TempDir Path directory;
  private Path model;
  private Path out;

  @BeforeEach
  void writeModel() {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("base"));
    out = directory.resolve("importance");
  }

  @Test
  void rowsBecomeAFolderOfTheirFilesName() throws IOException {
    Path rows = rows("general.jsonl", 20);

    CommandRun run = CommandRun.of(command(rows));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("rows 8/20  ", "rows 20/20  ");
    assertThat(run.out())
        .startsWith("corpus     general: 20 rows, ")
        .contains("importance " + out.resolve("general"));
    assertThat(shape("general", "head")).containsExactly(2, 4);
    assertThat(shape("general", "intermediate")).containsExactly(2, 64);
    assertThat(shape("general", "output")).containsExactly(2, 32);
  }

  @Test
  void theSameMeasurementIsNotMadeAgain() throws IOException {
    Path rows = rows("general.jsonl", 4);
    CommandRun first = CommandRun.of(command(rows));

    CommandRun second = CommandRun.of(command(rows));

    assertThat(second.status()).as(second.err()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(second.err())
        .contains("nothing to do: this very measurement was made before")
        .doesNotContain("rows 4/4");
  }

  @Test
  void anotherMeasurementUnderTheSameNameIsRefusedByWhatDiffers() throws IOException {
    Path rows = rows("general.jsonl", 4);
    CommandRun.of(command(rows));

    CommandRun run = CommandRun.of(command(rows, "--set", "importance.dropout=0.1"));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("importance.json: dropout: another measurement is there: expected 0.1, found");
  }

  @Test
  void jsonSaysWhatWasMeasured() throws IOException {
    Path rows = rows("rows.jsonl", 6);

    CommandRun run =
        CommandRun.of(
            command(rows, "--corpus", "mine", "--set", "importance.max_samples=5", "--json"));

    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.get("end").asText()).isEqualTo("complete");
    assertThat(report.get("corpus").asText()).isEqualTo("mine");
    assertThat(report.get("rows").asInt()).isEqualTo(5);
    assertThat(report.get("importance").asText()).isEqualTo(out.resolve("mine").toString());
  }

  @Test
  void rowsOfOneTokenAndOfOneTokenRepeatedGiveFiniteValues() throws IOException {
    for (String dtype : List.of("F32", "BF16")) {
      model = TinyModel.llama().withDtype(dtype).writeTo(directory.resolve(dtype));
      String one = "{\"input_ids\": [70], \"labels\": [-100]}\n";
      String repeated =
          "{\"input_ids\": [%1$s], \"labels\": [%1$s]}\n".formatted("97,".repeat(60) + "97");
      Path rows = Files.writeString(directory.resolve(dtype + ".jsonl"), one + repeated);

      CommandRun run = CommandRun.of(command(rows));

      assertThat(run.status()).as(run.err()).isZero();
      for (String kind : List.of("head", "intermediate", "output")) {
        assertThat(values(dtype, kind).values()).doesNotContain(Double.NaN);
        assertThat(Arrays.stream(values(dtype, kind).values()).map(Math::abs).max().orElseThrow())
            .isBetween(Double.MIN_VALUE, Double.MAX_VALUE);
      }
    }
  }

  @Test
  void whatIsMissingIsNamedByItsKey() {
    CommandRun run = CommandRun.of("importance", "--model", model.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("importance needs a value for importance.dataset, importance_dir");
  }

  @Test
  void aTerminationSignalSavesWhatIsDone() throws Exception {
    Path log = directory.resolve("log.txt");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of(command(rows("many.jsonl", 20_000))));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (process.isAlive() && !Files.readString(log).contains("rows 8/20,000")) {
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    process.destroy();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(Files.readString(log)).contains("stopped; the same command goes on from here");
    assertThat(out.resolve(".many.partial.safetensors")).exists();
    assertThat(out.resolve("many")).doesNotExist();
  }

  private Path rows(String name, int count) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("{\"text\": \"row %d\"}\n".formatted(i));
    }
    return Files.writeString(directory.resolve(name), text);
  }

  private List<Integer> shape(String corpus, String kind) {
    return values(corpus, kind).shape();
  }

  private DoubleArray values(String corpus, String kind) {
    return NpyFile.readDoubles(out.resolve(corpus).resolve(kind + "_impt.npy"));
  }

  private String[] command(Path rows, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "importance",
                "--model",
                model.toString(),
                "--data",
                rows.toString(),
                "--out",
                out.toString(),
                "--set",
                "device=cpu"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
