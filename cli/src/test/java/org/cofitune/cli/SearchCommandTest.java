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

final class SearchCommandTest {
  @TempDir Path directory;
  private String out;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    TinyModel.llama().writeTo(directory.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append("{\"text\": \"row %d\"}\n".formatted(i));
    }
    Files.writeString(directory.resolve("rows.jsonl"), text);
    Files.writeString(directory.resolve("general.jsonl"), text.toString().replace("row", "once"));
    out = directory.resolve("run").toString();
  }

  @Test
  void findsARegionAndSaysWhatItTook() {
    CommandRun run = CommandRun.of(command("--set", "search.max_steps=4"));

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("base: S ", "level 1 below 0-3 mha+ffn: ", "trial whole model: step 4  S ");
    assertThat(run.out())
        .containsPattern("(?m)^region   \\d-\\d:[a-z_,]+$")
        .containsPattern("(?m)^score    S \\d+\\.\\d\\d  V .*  uni .*  \\(base S ")
        .containsPattern("(?m)^control  whole model  S ")
        .containsPattern("(?m)^steps    \\d+ run, \\d+ saved by early looks$")
        .contains("result   " + out + "/search/result.json\n");
  }

  @Test
  void jsonIsTheReport() throws IOException {
    CommandRun run = CommandRun.of(command("--set", "search.max_steps=2", "--json"));

    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report)
        .isEqualTo(new ObjectMapper().readTree(Path.of(out, "search/result.json").toFile()));
    assertThat(report.get("chosen").asText()).isNotEmpty();
  }

  @Test
  void aTerminationSignalSavesAndTheSameCommandGoesOn() throws Exception {
    Path log = directory.resolve("log.txt");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of(command("--set", "search.max_steps=100000")));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (process.isAlive() && !Files.readString(log).contains("trial 0-3 mha+ffn: ")) {
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    process.destroy();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    assertThat(Files.readString(log))
        .contains("stopping: the trial is saved after this step")
        .contains("stopped; the same command goes on from here");
  }

  @Test
  void withoutGeneralRowsTheKeyIsNamed() {
    CommandRun run = CommandRun.of(command("--set", "search.versatility_data=[]"));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("error: search.versatility_data: ");
  }

  private String[] command(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "search",
                "--model",
                directory.resolve("base").toString(),
                "--data",
                directory.resolve("rows.jsonl").toString(),
                "--out",
                out,
                "--set",
                "val_size=4",
                "--set",
                "search.versatility_data=" + directory.resolve("general.jsonl"),
                "--set",
                "device=cpu"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
