package org.cofitune.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunsFolderTest {
  private static final int THOUSAND = 1000;

  /** Each reads everything anew; other processes may take the machine from some of them. */
  private static final int ATTEMPTS = 5;

  @TempDir Path directory;
  private Path root;
  private RunFiles files;

  @BeforeEach
  void makeFolder() throws IOException {
    root = Files.createDirectories(directory.resolve("runs"));
    files = new RunFiles(root);
  }

  private List<String> names() {
    return RunsFolder.open(root).runs().stream().map(RunFolder::name).toList();
  }

  @Test
  void runsLieInTheFolderOrInFoldersOfIt() throws IOException {
    files.begun("b");
    files.begun("a/one");
    files.begun("a/one/checkpoints/not-looked-for-in-a-run");
    files.begun(".hidden/run");
    Files.createDirectories(root.resolve("empty"));
    Files.writeString(root.resolve("notes.txt"), "none");

    assertThat(names()).containsExactly("a/one", "b");
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    Path outside = new RunFiles(directory).begun("outside");
    Files.createSymbolicLink(root.resolve("link"), outside);
    Files.createSymbolicLink(root.resolve("folder"), directory);

    assertThat(names()).isEmpty();
    assertThat(RunsFolder.open(root).find("link")).isEmpty();
    assertThat(RunsFolder.open(root).find("folder/outside")).isEmpty();
  }

  @Test
  void aLinkInARunIsNoFileOfIt() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "{\"started\": \"secret\"}\n");
    Path run = files.begun("run");
    for (String name : List.of("environment.json", "report.html", "events.jsonl")) {
      Files.createSymbolicLink(run.resolve(name), secret);
    }
    Files.createSymbolicLink(run.resolve("search"), directory);
    Files.writeString(directory.resolve("result.json"), "{\"chosen\": \"secret\"}");

    RunFolder found = RunsFolder.open(root).find("run").orElseThrow();

    assertThat(found.report()).isEmpty();
    assertThat(found.events()).isEmpty();
    assertThat(new RunReader().summary(found).toString()).doesNotContain("secret");
    assertThat(RunDetails.of(found).toString()).doesNotContain("secret");
  }

  @Test
  void aRunIsFoundByItsName() throws IOException {
    Path run = files.begun("a/one");

    assertThat(RunsFolder.open(root).find("a/one"))
        .contains(new RunFolder("a/one", run.toRealPath()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../outside",
        "a/../../outside",
        "a/./one",
        "a//one",
        "/etc",
        "a/one/",
        ".hidden",
        "a",
        "none",
        "a\0b",
        "..\\outside"
      })
  void aNameThatLeadsElsewhereFindsNothing(String name) throws IOException {
    new RunFiles(directory).begun("outside");
    files.begun("a/one");
    files.begun(".hidden");

    assertThat(RunsFolder.open(root).find(name)).isEmpty();
  }

  @Test
  void aFolderThatIsNotThereOrIsItselfARunIsRefused() throws IOException {
    for (Path folder : List.of(root.resolve("none"), files.begun("run"))) {
      assertThatThrownBy(() -> RunsFolder.open(folder))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
          .hasMessageContaining(folder.toString());
    }
  }

  @Test
  void aThousandRunsAreListedInUnderASecond() throws IOException {
    for (int i = 0; i < THOUSAND; i++) {
      Path run = files.trained("group-" + i % 10 + "/run-" + i, 50);
      RunFiles.write(run, "environment.json", "{\"started\": \"2026-01-01T00:00:00Z\"}");
      RunFiles.write(run, "end.json", "{\"end\": \"finished\", \"message\": \"\"}");
    }
    RunsFolder folder = RunsFolder.open(root);
    List<Duration> times = new ArrayList<>();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long begin = System.nanoTime();
      List<RunSummary> summaries = new RunReader().summaries(folder);
      times.add(Duration.ofNanos(System.nanoTime() - begin));
      assertThat(summaries).hasSize(THOUSAND).allMatch(run -> run.step() == 50);
    }

    assertThat(Collections.min(times)).isLessThan(Duration.ofSeconds(1));
  }
}
