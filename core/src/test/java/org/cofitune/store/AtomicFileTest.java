package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void aFileIsWrittenWithTheFoldersAboveIt() {
    AtomicFile.write(folder.resolve("a/b.txt"), "héllo");
    assertThat(folder.resolve("a/b.txt")).hasContent("héllo");
  }

  @Test
  void aFileIsReplacedAsAWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("b.txt"), "before, and longer");
    AtomicFile.write(file, "after");
    assertThat(file).hasContent("after");
    assertThat(names()).containsExactly("b.txt");
  }

  @Test
  void whatWasThereStaysWhenWritingFails() throws IOException {
    Path file = Files.writeString(folder.resolve("b.txt"), "before");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TRAINING))
        .hasMessageContaining("b.txt: could not be written: found No space left on device")
        .hasMessageContaining("free some space");
    assertThat(file).hasContent("before");
    assertThat(names()).containsExactly("b.txt");
  }

  @Test
  void whatIsNotCommittedIsRemoved() throws IOException {
    try (AtomicFile file = AtomicFile.create(folder.resolve("b.txt"))) {
      file.channel().write(ByteBuffer.wrap(new byte[10]));
      assertThat(names()).hasSize(1);
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void aFullDiskIsToldAndLeavesNothing() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (ChildJvm child = ChildJvm.start(onTmpfs(disk), List.of(), FillsDisk.class, disk + "/b")) {
      int status = child.exitStatus();
      assumeTrue(status != 77, "this system lets nobody mount a small disk");
      assertThat(status).as(child.output()).isZero();
    }
  }

  /** A command that runs another on a disk of 256 KiB; ends with 77 where that is not allowed. */
  private static List<String> onTmpfs(Path disk) {
    String script =
        "mount -t tmpfs -o size=256k tmpfs '" + disk + "' 2>/dev/null || exit 77; exec \"$@\"";
    return List.of(
        "sh",
        "-c",
        "unshare -m true 2>/dev/null || exit 77; exec unshare -m sh -c '"
            + script.replace("'", "'\\''")
            + "' sh \"$@\"",
        "sh");
  }

  static final class FillsDisk {
    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      AtomicFile.write(file, "before");
      try {
        AtomicFile.write(file, new byte[1 << 20]);
        System.exit(2);
      } catch (CofituneException e) {
        if (!e.getMessage().contains("found No space left on device; free some space")) {
          throw e;
        }
      }
      try (AtomicDirectory directory = AtomicDirectory.create(file.resolveSibling("delta"))) {
        SafetensorsWriter.create(
            directory.path().resolve("a"),
            List.of(new TensorSpec("a".repeat(1 << 19), StoredType.U8, List.of())),
            Map.of());
        System.exit(3);
      } catch (CofituneException e) {
        if (e.kind() != ErrorKind.TRAINING || !e.getMessage().contains("No space left")) {
          throw e;
        }
      }
      try (Stream<Path> left = Files.list(file.getParent())) {
        System.exit(left.count() == 1 && Files.readString(file).equals("before") ? 0 : 4);
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
