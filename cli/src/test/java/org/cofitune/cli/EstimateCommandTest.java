package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EstimateCommandTest {
  @TempDir Path directory;
  private String model;

  @BeforeEach
  void writeModel() {
    model = TinyModel.llama().writeTo(directory.resolve("model")).toString();
  }

  @Test
  void aRegionWithoutRowsHasParametersMemoryAndDisk() {
    CommandRun run = CommandRun.of("estimate", "--model", model, "--region", "50%-75%:up_proj");

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("model    llama, 4 layers, ")
        .contains("trained  2.05k parameters (")
        .contains("region 2-2:up_proj")
        .contains("training state 32.0 KiB")
        .contains("at most 3 checkpoints of 24.0 KiB")
        .doesNotContain("time");
  }

  @Test
  void rowsAddStepsAndTime() throws IOException {
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(rows, "{\"instruction\": \"a\", \"output\": \"b\"}\n".repeat(20));

    JsonNode report = estimate(rows, "val_size=4");

    assertThat(report.at("/estimate/work/rows").asInt()).isEqualTo(16);
    assertThat(report.at("/estimate/work/heldOutRows").asInt()).isEqualTo(4);
    assertThat(report.at("/estimate/work/totalSteps").asInt()).isEqualTo(6);
    assertThat(report.at("/time/seconds").asDouble()).isPositive();
  }

  @Test
  void memoryIsThatOfTheTokensThatGoThroughTogether() throws IOException {
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(rows, "{\"instruction\": \"a\", \"output\": \"b\"}\n".repeat(64));

    long whole = activations(rows, "per_device_train_batch_size=64", "tokens_at_once=1000000");
    long parts = activations(rows, "per_device_train_batch_size=64", "tokens_at_once=300");
    long small = activations(rows, "per_device_train_batch_size=8", "tokens_at_once=300");

    assertThat(parts).isLessThan(whole / 2).isEqualTo(small);
  }

  @Test
  void whatIsRememberedOfFrozenLayersIsNotComputedAgain() throws IOException {
    Path rows = directory.resolve("rows.jsonl");
    Files.writeString(rows, "{\"instruction\": \"a\", \"output\": \"b\"}\n".repeat(8));

    double again = operations(rows, "num_train_epochs=3", "prefix_cache=false");
    double remembered = operations(rows, "num_train_epochs=3", "prefix_cache=true");
    double once = operations(rows, "num_train_epochs=1", "prefix_cache=true");

    assertThat(once * 3).isEqualTo(again);
    assertThat(remembered).isStrictlyBetween(once, again);
  }

  private double operations(Path rows, String epochs, String cache) throws IOException {
    return estimate(rows, "region=50%-75%:up_proj", epochs, cache)
        .at("/estimate/work/operations")
        .asDouble();
  }

  private long activations(Path rows, String batch, String atOnce) throws IOException {
    return estimate(rows, batch, atOnce).at("/estimate/memory/activationBytes").asLong();
  }

  private JsonNode estimate(Path rows, String... settings) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("estimate", "--model", model, "--data", rows.toString(), "--json"));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return new ObjectMapper().readTree(CommandRun.of(command.toArray(String[]::new)).out());
  }

  @Test
  void noProcessIsRefused() {
    CommandRun run = CommandRun.of("estimate", "--model", model, "--nproc", "0");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("impossible number of processes", "--nproc", "1 or more");
  }

  @Test
  void anImpossibleRegionIsRefusedBeforeAnythingIsLoaded() {
    CommandRun run = CommandRun.of("estimate", "--model", model, "--region", "5-9:ffn");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("error: ").contains("impossible region", "layers 0-3");
  }
}
