package org.cofitune.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cofitune.quickstart.QuickstartFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes over one folder, and two over the same work. */
final class TwoProcessesTest {
  private static final int REFUSED = 2;

  @TempDir private static Path shared;

  @BeforeAll
  static void writeFixture() throws IOException, InterruptedException {
    WorkFixture.writeTo(shared);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "search", "run", "compare", "importance", "merge", "prune"})
  void theSecondIsRefusedWithTheOwnerNamedAndGoesOnWhenTheFirstWasKilled(String command)
      throws IOException, InterruptedException {
    Work work = Work.of(command);
    Path place = Files.createDirectories(shared.resolve("two-" + command));
    try (ChildCommand first = ChildCommand.start(place, List.of(), work.words())) {
      stopWhereItHolds(place.resolve("out"), first);

      ChildCommand.Ended second = run(place, work.again());

      assertThat(second.status()).as(second.output()).isEqualTo(REFUSED);
      assertThat(second.output())
          .contains("output directory is in use", "found process " + first.process().pid() + " on");
      first.process().destroyForcibly().waitFor();
    }

    ChildCommand.Ended third = run(place, work.again());

    assertThat(third.status()).as(third.output()).isZero();
    assertThat(VisibleFiles.faults(place.resolve("out"))).isEmpty();
  }

  @Test
  void aSecondQuickstartReplacesNoRowsOfTheFirst() throws IOException, InterruptedException {
    Path place = Files.createDirectories(shared.resolve("two-quickstarts"));
    QuickstartFolder folder = new QuickstartFolder(place.resolve("out"));
    try (ChildCommand first =
        ChildCommand.start(
            place, List.of(), List.of("quickstart", "--out", "out", "--seed", "1"))) {
      while (Files.notExists(folder.testTasks())) {
        assertThat(first.process().waitFor(1, TimeUnit.MILLISECONDS)).as(first::output).isFalse();
      }
      stopWhereItHolds(place.resolve("out"), first);
      String before = Files.readString(folder.domainRows());

      ChildCommand.Ended second = run(place, List.of("quickstart", "--out", "out", "--seed", "2"));

      assertThat(second.status()).as(second.output()).isEqualTo(REFUSED);
      assertThat(second.output())
          .contains("output directory is in use", "found process " + first.process().pid() + " on");
      assertThat(folder.domainRows()).hasContent(before);
    }
  }

  @Test
  void theSameTrainingLeavesTheSameBytesInBoth() throws IOException, InterruptedException {
    Path place = Files.createDirectories(shared.resolve("same"));

    ChildCommand.Ended ended = run(place, Work.TRAIN.words());

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ResultFiles.of(place.resolve("out")))
        .containsKeys(
            "model/model.safetensors",
            "delta/delta.safetensors",
            "checkpoints/step-000010/trained.safetensors",
            "checkpoints/step-000010/optimizer.safetensors")
        .isEqualTo(ResultFiles.of(shared.resolve("fixture/trained")));
  }

  private static ChildCommand.Ended run(Path place, List<String> words)
      throws IOException, InterruptedException {
    try (ChildCommand child = ChildCommand.start(place, List.of(), words)) {
      return child.await();
    }
  }

  /** Stops a process, which keeps its locks, as soon as it has said that the folder is its own. */
  private static void stopWhereItHolds(Path out, ChildCommand child)
      throws IOException, InterruptedException {
    Process process = child.process();
    while (owned(out).isEmpty()) {
      assertThat(process.waitFor(1, TimeUnit.MILLISECONDS))
          .as(() -> "ended before it was seen: " + child.output())
          .isFalse();
    }
    new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
    assertThat(owned(out)).as("still there when it was stopped").isPresent();
  }

  /** A lock with its owner in it. */
  private static Optional<Path> owned(Path out) throws IOException {
    if (!Files.isDirectory(out)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(out)) {
      return entries
          .filter(entry -> entry.getFileName().toString().endsWith(".lock"))
          .filter(entry -> entry.toFile().length() > 0)
          .findFirst();
    }
  }
}
