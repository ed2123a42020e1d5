package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
  @TempDir Path folder;

  @Test
  void roomIsAskedForWhereFoldersDoNotExistYet() {
    assertThat(DiskSpace.free(folder.resolve("a/b/c"))).isPositive();
    DiskSpace.require(folder.resolve("a/b/c"), 1, "a model");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void tooLittleRoomIsToldBeforeAnythingIsWritten() {
    assertThatThrownBy(
            () -> DiskSpace.require(folder.resolve("model"), 9_000_000_000_000_000L, "the model"))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("not enough space on the disk for the model")
        .hasMessageContaining("expected 9000000.00 GB, found ")
        .hasMessageContaining(" free; ");
  }
}
