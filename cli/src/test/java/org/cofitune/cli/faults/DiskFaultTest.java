package org.cofitune.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands do when the disk refuses, and what they leave; two at a time. */
@Execution(ExecutionMode.CONCURRENT)
final class DiskFaultTest {
  private static final int FAILED = 5;

  @TempDir private static Path shared;
  private static final Map<String, Map<String, String>> UNDISTURBED = new HashMap<>();

  private Path out;
  private Path place;

  @BeforeAll
  static void writeFixture() throws IOException, InterruptedException {
    WorkFixture.writeTo(shared);
  }

  @ParameterizedTest
  @CsvSource({
    "train, 5",
    "train, 60",
    "train, 97",
    "search, 90",
    "evaluate, 20",
    "evaluate, 90",
    "importance, 50",
    "merge, 99",
    "report, 50"
  })
  void aFullDiskStopsTheRunWithTheReasonAndItGoesOnWhenThereIsSpace(String name, int percent)
      throws IOException, InterruptedException {
    Work work = begin(name, "full-" + percent);
    long bytes = sizeOf(undisturbedPlace(work).resolve("out")) * percent / 100;

    ChildCommand.Ended ended = runOn(FaultyDisk.Fault.FULL, bytes, work);

    assertRefused(ended, FaultyDisk.Fault.FULL);
    assertNothingHalfWritten();
    assertGoesOn(work);
  }

  @ParameterizedTest
  @CsvSource({"train, 60", "search, 60", "evaluate, 60", "importance, 10", "merge, 20"})
  void aDiskThatBreaksStopsTheRunWithTheReasonAndItGoesOnOnAWholeOne(String name, int percent)
      throws IOException, InterruptedException {
    Work work = begin(name, "broken-" + percent);
    long bytes = sizeOf(undisturbedPlace(work).resolve("out")) * percent / 100;

    ChildCommand.Ended ended = runOn(FaultyDisk.Fault.BROKEN, bytes, work);

    assertRefused(ended, FaultyDisk.Fault.BROKEN);
    assertNothingHalfWritten();
    assertGoesOn(work);
  }

  @ParameterizedTest
  @CsvSource({"train", "search", "evaluate", "importance", "merge", "report"})
  void aReadOnlyFolderIsRefusedWithTheReasonAndStaysEmpty(String name)
      throws IOException, InterruptedException {
    Work work = begin(name, "read-only");

    ChildCommand.Ended ended = runOn(FaultyDisk.Fault.READ_ONLY, 0, work);

    assertRefused(ended, FaultyDisk.Fault.READ_ONLY);
    assertThat(ended.output()).contains("choose a directory that this user may write to");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void theLastGoodCheckpointOutlivesAFullDisk() throws IOException, InterruptedException {
    Work work = begin("train", "checkpoint");
    long bytes = sizeOf(undisturbedPlace(work).resolve("out/checkpoints"));

    assertRefused(runOn(FaultyDisk.Fault.FULL, bytes, work), FaultyDisk.Fault.FULL);

    try (Stream<Path> checkpoints = Files.list(out.resolve("checkpoints"))) {
      assertThat(checkpoints).isNotEmpty();
    }
    assertThat(VisibleFiles.faults(out)).isEmpty();
  }

  /** The cache is mapped: where its file had holes, a full disk would end the process instead. */
  @Test
  void aPrefixCacheThatTheDiskDoesNotTakeStopsTheRunWithTheReason()
      throws IOException, InterruptedException {
    Work work = Work.TRAIN.with("cached", "prefix_cache=true", "prefix_cache_memory_gib=0");
    begin("train", "cached");

    ChildCommand.Ended ended = runOn(FaultyDisk.Fault.FULL, 8 << 20, work);

    assertThat(ended.status()).as(ended.output()).isEqualTo(FAILED);
    assertThat(ended.output())
        .contains("error: out: the prefix cache cannot grow on disk", "No space left on device");
    assertNothingHalfWritten();
    assertGoesOn(work);
  }

  private Work begin(String name, String how) throws IOException {
    place = Files.createDirectories(shared.resolve(name + "-" + how));
    out = Files.createDirectories(place.resolve("out"));
    return Work.of(name);
  }

  private static synchronized Path undisturbedPlace(Work work)
      throws IOException, InterruptedException {
    Path undisturbed = shared.resolve("undisturbed-" + work.name());
    if (!Files.exists(undisturbed)) {
      Files.createDirectories(undisturbed);
      ChildCommand.Ended ended = run(undisturbed, List.of(), work.words());
      assertThat(ended.status()).as(ended.output()).isZero();
    }
    return undisturbed;
  }

  private static synchronized Map<String, String> undisturbed(Work work)
      throws IOException, InterruptedException {
    if (!UNDISTURBED.containsKey(work.name())) {
      UNDISTURBED.put(work.name(), ResultFiles.of(undisturbedPlace(work).resolve("out")));
    }
    return UNDISTURBED.get(work.name());
  }

  private ChildCommand.Ended runOn(FaultyDisk.Fault fault, long bytes, Work work)
      throws IOException, InterruptedException {
    return run(place, FaultyDisk.options(out, fault, bytes), work.words());
  }

  private static ChildCommand.Ended run(Path place, List<String> jvm, List<String> words)
      throws IOException, InterruptedException {
    try (ChildCommand child = ChildCommand.start(place, jvm, words)) {
      return child.await();
    }
  }

  private static void assertRefused(ChildCommand.Ended ended, FaultyDisk.Fault fault) {
    assertThat(ended.status()).as(ended.output()).isEqualTo(FAILED);
    List<String> lines = ended.output().lines().toList();
    assertThat(lines.get(lines.size() - 1))
        .startsWith("error: ")
        .contains("out/", fault.words(), "; ");
    assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
  }

  private void assertNothingHalfWritten() throws IOException {
    assertThat(VisibleFiles.faults(out)).isEmpty();
    try (Stream<Path> all = Files.walk(out)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertThat(file.getFileName().toString()).doesNotContain(".tmp-");
        if (file.toString().endsWith(".jsonl") && Files.size(file) > 0) {
          assertThat(Files.readString(file)).as(file.toString()).endsWith("\n");
        }
      }
    }
  }

  private void assertGoesOn(Work work) throws IOException, InterruptedException {
    ChildCommand.Ended ended = run(place, List.of(), work.again());
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ResultFiles.of(out)).isEqualTo(undisturbed(work));
  }

  private static long sizeOf(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
