package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole story with a smaller budget: less training, and a search that tries three halves. */
final class QuickstartCommandTest {
  private static final String[] SMALLER = {
    "--set", "num_train_epochs=5",
    "--set", "search.levels=[halves]",
    "--set", "search.max_steps=10",
    "--set", "search.controls=false",
    "--set", "evaluate.limit=30"
  };

  private static final int TERMINATED = 143;

  @TempDir Path directory;

  @Test
  void allLearnTheDomainAndTheTableSaysWhatEachForgot() throws IOException {
    Path out = directory.resolve("quick");
    CommandRun run = quickstart(out, "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());

    assertThat(score(report, "base", "speciality")).isLessThan(5);
    for (JsonNode task : report.get("base").get("tasks")) {
      assertThat(task.get("metrics").get(0).get("score").asDouble())
          .as(task.get("task").asText())
          .isGreaterThan(task.get("group").asText().equals("speciality") ? -1 : 75);
    }
    assertThat(score(report, "full", "speciality")).isGreaterThan(60);
    assertThat(score(report, "cofitune", "speciality")).isGreaterThan(60);
    assertThat(report.get("full_retention").asDouble()).isLessThan(0.5);
    assertThat(report.get("cofitune_retention").asDouble())
        .isGreaterThan(report.get("full_retention").asDouble());
    assertThat(report.get("gentle_retention").asDouble())
        .isGreaterThan(report.get("full_retention").asDouble());
    assertThat(new RunDirectory(out.resolve("cofitune")).model()).isNotEmptyDirectory();

    CommandRun again = quickstart(out);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("nothing to do: unchanged").doesNotContain("done in");
    assertThat(again.out())
        .contains("customs codes", "knowledge", "V / V of the base", "CoFiTune learned", "next");
  }

  @Test
  void anInterruptedQuickstartGoesOnToItsEnd() throws Exception {
    Path out = directory.resolve("quick");
    try (ChildJvm child = LittleQuickstart.start(out, List.of(), List.of())) {
      child.await(out.resolve("cofitune").resolve("search"));
      // Not as Ctrl-C does, which is ignored where the build runs in the background.
      child.process().destroy();
      assertThat(child.exitStatus()).as(child::output).isEqualTo(TERMINATED);
      assertThat(child.output()).contains("the same command goes on from here");
    }
    assertThat(out.resolve("full")).doesNotExist();
    try (ChildJvm child = LittleQuickstart.start(out, List.of(), List.of())) {
      assertThat(child.exitStatus()).as(child::output).isZero();
      assertThat(child.output())
          .contains("nothing to do: unchanged", "V / V of the base", "3.0e-4")
          .doesNotContain("1.0e-4", "at a lower rate");
    }
  }

  @Test
  void remakingNamesTheCommandThatTrainsInBoundedMemory() throws Exception {
    Path out = directory.resolve("remake");
    CommandRun run = CommandRun.of("quickstart", "--remake", out.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("./cofitune train " + out.resolve("recipe.yaml"));

    String recipe = out.resolve("recipe.yaml").toString();
    try (ChildJvm child =
        ChildJvm.start(Main.class, "train", recipe, "--set", "max_steps=40", "--json")) {
      assertThat(child.exitStatus()).as(child::output).isZero();
    }
    assertThat(residentAtTheEnd(out.resolve("run").resolve("events.jsonl")))
        .as("rows of many lengths leave no gaps in the heap that grow")
        .isBetween(200L << 20, 1_800L << 20);
  }

  private static long residentAtTheEnd(Path events) throws IOException {
    long resident = 0;
    for (String line : Files.readAllLines(events)) {
      JsonNode speed = new ObjectMapper().readTree(line).get("speed");
      resident = speed == null ? resident : speed.get("memory_bytes").asLong();
    }
    return resident;
  }

  private static CommandRun quickstart(Path out, String... more) {
    String[] words = new String[3 + SMALLER.length + more.length];
    words[0] = "quickstart";
    words[1] = "--out";
    words[2] = out.toString();
    System.arraycopy(SMALLER, 0, words, 3, SMALLER.length);
    System.arraycopy(more, 0, words, 3 + SMALLER.length, more.length);
    return CommandRun.of(words);
  }

  private static double score(JsonNode report, String card, String measure) {
    return report.get(card).get(measure).get("score").asDouble();
  }
}
