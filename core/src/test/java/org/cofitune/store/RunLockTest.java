package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @TempDir Path folder;

  @Test
  void theDirectoryIsMadeAndGivenBack() {
    Path run = folder.resolve("runs/a");
    try (RunLock lock = RunLock.acquire(run)) {
      assertThat(lock.previous()).isEmpty();
      assertThat(run.resolve(".lock")).content().contains("\"pid\":" + pid());
    }
    assertThat(run.resolve(".lock")).isEmptyFile();
    try (RunLock again = RunLock.acquire(run)) {
      assertThat(again.previous()).isEmpty();
    }
  }

  @Test
  void thisProcessDoesNotTakeADirectoryTwiceAndKeepsItsLockAfterTrying() throws Exception {
    try (RunLock lock = RunLock.acquire(folder)) {
      assertThatThrownBy(() -> RunLock.acquire(folder))
          .hasMessageContaining("process " + pid())
          .hasMessageContaining("(this process)");
      try (ChildJvm child = ChildJvm.start(TakesDirectory.class, folder.toString())) {
        assertThat(child.exitStatus()).as(child.output()).isEqualTo(2);
        assertThat(child.output()).contains("found process " + pid() + " on ");
      }
    }
  }

  @Test
  void anotherProcessIsNamedWhileItLivesAndItsLockTakenOverWhenItWasKilled() throws Exception {
    Path sign = folder.resolve("sign");
    try (ChildJvm child =
        ChildJvm.start(TakesDirectory.class, folder.toString(), sign.toString())) {
      child.await(sign);
      assertThatThrownBy(() -> RunLock.acquire(folder))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
          .hasMessageContaining(folder + ": output directory is in use")
          .hasMessageContaining("found process " + child.process().pid() + " on ");
      child.kill();
      try (RunLock lock = RunLock.acquire(folder)) {
        assertThat(lock.previous()).map(ProcessOwner::pid).contains(child.process().pid());
      }
    }
  }

  static final class TakesDirectory {
    public static void main(String[] arguments) throws Exception {
      try (RunLock lock = RunLock.acquire(Path.of(arguments[0]))) {
        Files.writeString(Path.of(arguments[1]), lock.previous().toString());
        Thread.sleep(Long.MAX_VALUE);
      } catch (CofituneException e) {
        System.out.println(e.getMessage());
        System.exit(e.kind().exitStatus());
      }
    }
  }

  @Test
  void aHalfWrittenOwnerIsNoObstacle() throws IOException {
    Files.writeString(folder.resolve(".lock"), "{\"pid\":12");
    try (RunLock lock = RunLock.acquire(folder)) {
      assertThat(lock.previous()).isPresent();
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }
}
