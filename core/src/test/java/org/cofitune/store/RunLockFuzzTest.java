package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.Optional;
import org.cofitune.testing.Hostile;
import org.junit.jupiter.api.io.TempDir;

final class RunLockFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyOwnerIsNamedWithoutAnError(byte[] bytes) {
    Hostile.file(folder, RunLock.NAME, bytes);
    Optional<ProcessOwner> owner = RunLock.owner(folder);
    owner.ifPresent(ProcessOwner::presence);

    assertThat(owner.isPresent()).isEqualTo(bytes.length > 0);
  }
}
