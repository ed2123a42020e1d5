package org.cofitune.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.cofitune.runs.RunState.Kind;
import org.cofitune.store.RunLock;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunReaderTest {
  @TempDir Path root;
  private RunFiles files;
  private final RunReader reader = new RunReader();

  @BeforeEach
  void makeFolder() {
    files = new RunFiles(root);
  }

  private RunSummary summary(String name) {
    return reader.summary(RunsFolder.open(root).find(name).orElseThrow());
  }

  @Test
  void aSummaryTellsWhatTheRunHasComeTo() throws IOException {
    Path run = files.trained("law/first", 10);
    RunFiles.write(run, "environment.json", "{\"started\": \"2026-01-01T00:00:00Z\"}");
    RunFiles.write(
        run, "scorecard.json", "{\"speciality\": {\"score\": 40.5}, \"uni\": {\"score\": 45}}");
    RunFiles.write(run, "report.html", "<p>");

    assertThat(summary("law/first"))
        .isEqualTo(
            new RunSummary(
                "law/first",
                "train",
                "my-llama",
                "region",
                "25%-50%:up_proj",
                new RunState(Kind.UNFINISHED, "not finished"),
                10L,
                10L,
                2.1,
                1.5,
                0.0,
                40.5,
                null,
                45.0,
                "2026-01-01T00:00:00Z",
                Files.getLastModifiedTime(run.resolve("events.jsonl")).toMillis(),
                true));
  }

  @Test
  void aRunThatBeginsHasNothingToTellYet() throws IOException {
    files.begun("new");

    assertThat(summary("new"))
        .extracting(RunSummary::step, RunSummary::loss, RunSummary::started, RunSummary::report)
        .containsExactly(null, null, null, false);
  }

  @Test
  void aLongLogIsReadFromItsEndAndHalfALineIsLeftAlone() throws IOException {
    Path run = files.trained("long", 5000);
    Files.writeString(
        run.resolve("events.jsonl"),
        RunFiles.step(6000, 7000) + "{\"time\":\"\",\"event\":\"step\",\"step\":6001,\"tot",
        StandardOpenOption.APPEND);

    assertThat(summary("long").step()).isEqualTo(6000);
    assertThat(summary("long").evalLoss()).isEqualTo(1.5);
  }

  @Test
  void aFileThatChangesIsReadAgain() throws IOException {
    Path run = files.trained("run", 3);
    assertThat(summary("run").step()).isEqualTo(3);

    Files.writeString(run.resolve("events.jsonl"), RunFiles.step(4, 5), StandardOpenOption.APPEND);

    assertThat(summary("run").step()).isEqualTo(4);
  }

  @Test
  void damagedFilesHideNoRun() throws IOException {
    Path run = files.trained("damaged", 3);
    for (String name :
        new String[] {"environment.json", "scorecard.json", "end.json", "search/result.json"}) {
      RunFiles.write(run, name, "{\"end\": \"fin");
    }
    Files.writeString(run.resolve("events.jsonl"), "\0\n{\"event\":\"step\"\nnull\n");
    Files.write(run.resolve("recipe.yaml"), new byte[] {(byte) 0xff, '\n', ':', ' '});

    assertThat(summary("damaged").state().kind()).isEqualTo(Kind.UNFINISHED);
    assertThat(RunDetails.of(RunsFolder.open(root).find("damaged").orElseThrow()).path("damaged"))
        .hasSize(3);
  }

  @Test
  void aSearchTellsTheRegionThatItChose() throws IOException {
    Path run = files.begun("search");
    RunFiles.write(run, "search/setting.json", "{}");
    RunFiles.write(run, "search/result.json", "{\"chosen\": \"3-4:up_proj\"}");

    assertThat(summary("search"))
        .extracting(RunSummary::command, RunSummary::region, r -> r.state().kind())
        .containsExactly("search", "3-4:up_proj", Kind.FINISHED);
  }

  @Test
  void theLastProcessSaysHowItEnded() throws IOException {
    Path run = files.trained("run", 3);
    RunFiles.write(run, "end.json", "{\"end\": \"failed\", \"message\": \"loss is NaN\"}");
    assertThat(summary("run").state()).isEqualTo(new RunState(Kind.FAILED, "failed: loss is NaN"));

    RunFiles.write(run, "end.json", "{\"end\": \"interrupted\", \"message\": \"\"}");
    assertThat(summary("run").state().kind()).isEqualTo(Kind.INTERRUPTED);

    RunFiles.write(run, "end.json", "{\"end\": \"finished\", \"message\": \"\"}");
    assertThat(summary("run").state().kind()).isEqualTo(Kind.FINISHED);
  }

  @Test
  void aRunOfAnEarlierVersionIsFinishedWhenItsDeltaIsThere() throws IOException {
    Path run = files.trained("run", 3);
    RunFiles.write(run, "delta/cofitune.json", "{}");

    assertThat(summary("run").state().kind()).isEqualTo(Kind.FINISHED);
  }

  @Test
  void aProcessThatWorksInARunIsSeenAndSoIsItsKill() throws Exception {
    Path run = files.trained("run", 3);
    RunFiles.write(run, "end.json", "{\"end\": \"interrupted\", \"message\": \"\"}");
    Path sign = root.resolve("sign");
    try (ChildJvm child = ChildJvm.start(HoldsFolder.class, run.toString(), sign.toString())) {
      child.await(sign);
      long pid = child.process().pid();
      assertThat(summary("run").state())
          .isEqualTo(new RunState(Kind.RUNNING, "running: process " + pid));

      child.kill();

      assertThat(summary("run").state())
          .isEqualTo(new RunState(Kind.STOPPED, "stopped: process " + pid + " is gone"));
    }
  }

  @Test
  void toLookTakesNothingFromTheProcessThatHasTheFolder() throws Exception {
    Path run = files.trained("run", 3);
    try (RunLock lock = RunLock.acquire(run)) {
      assertThat(lock.previous()).isEmpty();
      assertThat(summary("run").state().kind()).isEqualTo(Kind.RUNNING);
      Path sign = root.resolve("sign");
      try (ChildJvm child = ChildJvm.start(HoldsFolder.class, run.toString(), sign.toString())) {
        assertThat(child.exitStatus()).isNotZero();
      }
    }
  }

  @Test
  void ofAnotherMachinesProcessNothingMoreIsKnown() throws IOException {
    Path run = files.trained("run", 3);
    RunFiles.write(run, ".lock", "{\"pid\":1,\"host\":\"node7\",\"started\":\"unknown\"}");

    assertThat(summary("run").state())
        .isEqualTo(new RunState(Kind.ELSEWHERE, "running: process 1 on node7"));
  }

  static final class HoldsFolder {
    public static void main(String[] arguments) throws Exception {
      try (RunLock lock = RunLock.acquire(Path.of(arguments[0]))) {
        Files.writeString(Path.of(arguments[1]), lock.previous().toString());
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }
}
