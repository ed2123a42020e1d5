package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DryRunTest {
  @TempDir Path directory;

  @BeforeEach
  void writeExamples() throws IOException {
    DocumentedCommands.in(directory);
  }

  @Test
  void aPipelineSaysWhichStagesWouldRunAndLeavesNothing() {
    CommandRun run = CommandRun.of("run", example("small-domain"), "--dry-run");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "base scores  would run: not made yet",
            "search       would run: not made yet",
            "importance   would run: not made yet",
            "training     would run: after search",
            "scores       would run: after training");
    assertThat(directory.resolve("runs")).doesNotExist();
  }

  @Test
  void aTrainingSaysWhatItWouldTrainAndLeavesNothing() {
    CommandRun run = CommandRun.of("train", example("first-run"), "--dry-run");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("method", "frozen");
    assertThat(directory.resolve("runs")).doesNotExist();
  }

  @Test
  void aSearchAndAComparisonAreChecked() {
    String example = example("compare");
    assertThat(CommandRun.of("search", example, "--dry-run").out())
        .isEqualTo("in order: the search could begin\n");
    List<String> compare = List.of("compare", example, "--set", "importance_dir=null");
    List<String> words = new ArrayList<>(compare);
    words.addAll(List.of("--set", "compare.methods=[{\"name\": \"full\"}]", "--dry-run"));

    assertThat(CommandRun.of(words.toArray(String[]::new)).out())
        .isEqualTo("in order: the comparison, at most 2 trainings could begin\n");
    assertThat(directory.resolve("runs")).doesNotExist();
  }

  @Test
  void whatIsWrongIsSaid() {
    CommandRun run =
        CommandRun.of("train", example("first-run"), "--set", "dataset=nowhere.jsonl", "--dry-run");

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("nowhere.jsonl");
  }

  private String example(String name) {
    return directory.resolve("examples/" + name + ".yaml").toString();
  }
}
