package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {
  @TempDir Path folder;

  @Test
  void theDirectoryAppearsWithEverythingInItOrNotAtAll() throws IOException {
    Path target = folder.resolve("above/delta");
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Files.writeString(directory.path().resolve("a"), "1");
      Files.createDirectory(directory.path().resolve("sub"));
      Files.writeString(directory.path().resolve("sub/b"), "2");
      assertThat(target).doesNotExist();
      assertThat(directory.commit()).isEqualTo(target);
    }
    assertThat(target.resolve("sub/b")).hasContent("2");
    assertThat(names(folder.resolve("above"))).containsExactly("delta");
  }

  @Test
  void whatIsNotCommittedIsRemoved() throws IOException {
    try (AtomicDirectory directory = AtomicDirectory.create(folder.resolve("delta"))) {
      Files.writeString(directory.path().resolve("a"), "1");
    }
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aDirectoryWithFilesIsNotReplaced() throws IOException {
    Path target = Files.createDirectory(folder.resolve("delta"));
    Files.writeString(target.resolve("a"), "1");
    assertThatThrownBy(() -> AtomicDirectory.create(target))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining(target.toString())
        .hasMessageContaining("already exists");
  }

  @Test
  void aFileIsNotReplaced() throws IOException {
    Path target = Files.writeString(folder.resolve("delta"), "1");
    assertThatThrownBy(() -> AtomicDirectory.create(target)).hasMessageContaining("already exists");
  }

  @Test
  void anEmptyDirectoryIsFilled() throws IOException {
    Path target = Files.createDirectory(folder.resolve("delta"));
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Files.writeString(directory.path().resolve("a"), "1");
      directory.commit();
    }
    assertThat(names(target)).containsExactly("a");
  }

  @Test
  void aDirectoryThatSomebodyElseFilledInTheMeantimeIsNotReplaced() throws IOException {
    Path target = folder.resolve("delta");
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Files.createDirectory(target);
      Files.writeString(target.resolve("theirs"), "1");
      assertThatThrownBy(directory::commit).hasMessageContaining("already exists");
    }
    assertThat(names(folder)).containsExactly("delta");
    assertThat(names(target)).containsExactly("theirs");
  }

  @Test
  void nothingIsWrittenAfterCommit() {
    AtomicDirectory directory = AtomicDirectory.create(folder.resolve("delta"));
    directory.commit();
    assertThatThrownBy(directory::path).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(directory::commit).isInstanceOf(IllegalStateException.class);
    directory.close();
    assertThat(folder.resolve("delta")).isDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatALivingOneWritesIsNot() throws Exception {
    Path sign = folder.resolve("sign");
    try (ChildJvm child =
        ChildJvm.start(WritesForever.class, folder.resolve("delta").toString(), sign.toString())) {
      child.await(sign);
      AtomicDirectory.removeAbandoned(folder);
      assertThat(names(folder)).as("written by a living process").hasSize(5);

      child.kill();
      try (AtomicDirectory directory = AtomicDirectory.create(folder.resolve("other"))) {
        assertThat(names(folder))
            .contains("sign")
            .noneMatch(name -> name.startsWith(".delta"))
            .noneMatch(name -> name.startsWith(".file"));
        directory.commit();
      }
    }
    assertThat(names(folder)).containsExactly("finished", "other", "sign");
  }

  @Test
  void aDirectoryThatAnotherProcessWritesIsRefusedByItsName() throws Exception {
    Path target = folder.resolve("delta");
    Path sign = folder.resolve("sign");
    try (ChildJvm child = ChildJvm.start(WritesForever.class, target.toString(), sign.toString())) {
      child.await(sign);
      assertThatThrownBy(() -> AtomicDirectory.create(target))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
          .hasMessageContaining(target + ": output directory is in use")
          .hasMessageContaining("found process " + child.process().pid() + " on ");
      child.kill();
      try (AtomicDirectory directory = AtomicDirectory.create(target)) {
        directory.commit();
      }
    }
    assertThat(names(folder)).containsExactly("delta", "finished", "sign");
  }

  @Test
  void whatWasLeftIsRemovedEvenWhereTheDirectoryIsComplete() throws IOException {
    Path target = Files.createDirectory(folder.resolve("delta"));
    Files.writeString(target.resolve("a"), "1");
    Files.writeString(folder.resolve(".delta.tmp-0123456789abcdef.lock"), "");
    assertThatThrownBy(() -> AtomicDirectory.create(target)).hasMessageContaining("already exists");
    assertThat(names(folder)).containsExactly("delta");
  }

  static final class WritesForever {
    public static void main(String[] arguments) throws Exception {
      Path target = Path.of(arguments[0]);
      AtomicDirectory directory = AtomicDirectory.create(target);
      AtomicFile.create(target.resolveSibling("file"));
      AtomicFile.write(target.resolveSibling("finished"), "1");
      Files.writeString(directory.path().resolve("a"), "half");
      Files.writeString(Path.of(arguments[1]), "");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  @Test
  void whatThisProcessStillWritesIsNotRemoved() throws IOException {
    try (AtomicDirectory one = AtomicDirectory.create(folder.resolve("one"));
        AtomicDirectory two = AtomicDirectory.create(folder.resolve("two"))) {
      AtomicDirectory.removeAbandoned(folder);
      Files.writeString(one.path().resolve("a"), "1");
      Files.writeString(two.path().resolve("a"), "1");
      one.commit();
      two.commit();
    }
    assertThat(names(folder)).containsExactly("one", "two");
  }

  @Test
  void filesOfOthersThatLookSimilarAreNotRemoved() throws IOException {
    for (String name : List.of(".delta.tmp", ".delta.tmp-1", "delta.tmp-0123456789abcdef", ".a")) {
      Files.writeString(folder.resolve(name), "1");
    }
    AtomicDirectory.removeAbandoned(folder);
    assertThat(names(folder)).hasSize(4);
  }

  @Test
  void linksInAnAbandonedDirectoryAreNotFollowed() throws IOException {
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("a"), "1");
    Path abandoned = Files.createDirectory(folder.resolve(".delta.tmp-0123456789abcdef"));
    Files.createSymbolicLink(abandoned.resolve("link"), precious);
    AtomicDirectory.removeAbandoned(folder);
    assertThat(names(folder)).containsExactly("precious");
    assertThat(precious.resolve("a")).hasContent("1");
  }

  @Test
  void aRemovedDirectoryIsGoneWithItsContent() throws IOException {
    Path target = Files.createDirectories(folder.resolve("delta/sub")).getParent();
    Files.writeString(target.resolve("sub/a"), "1");
    AtomicDirectory.remove(target);
    AtomicDirectory.remove(target);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> AtomicDirectory.create(file.resolve("delta")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TRAINING))
        .hasMessageContaining("delta: could not be written");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
