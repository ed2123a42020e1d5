package org.cofitune.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.cofitune.store.DiskFault;
import org.cofitune.store.StrictJson;

/**
 * A file of a run, at one moment. Only a plain file that lies in the run's folder itself is one:
 * links are not followed, so nothing outside is ever read.
 *
 * @param path where it is
 * @param bytes its size
 * @param modified when it was last written, in milliseconds since 1970
 */
public record RunFile(Path path, long bytes, long modified) {
  /** The largest JSON file that is read. */
  private static final int MOST_JSON_BYTES = 8 << 20;

  /**
   * Looks for a file.
   *
   * @param name relative to the folder, with slashes
   */
  static Optional<RunFile> find(Path folder, String name) {
    Path path = folder;
    try {
      for (Path part : Path.of(name)) {
        if (!path.equals(folder) && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          return Optional.empty();
        }
        path = path.resolve(part);
      }
      BasicFileAttributes found =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isRegularFile()
          ? Optional.of(new RunFile(path, found.size(), found.lastModifiedTime().toMillis()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Opens it for reading, wherever its name leads to by now, but through no link. */
  FileChannel open() throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Reads bytes.
   *
   * @param from position of the first
   * @param most how many at most
   */
  byte[] read(long from, int most) {
    try (FileChannel channel = open()) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.max(0, Math.min(most, channel.size() - from)));
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {}
      byte[] read = new byte[buffer.flip().remaining()];
      buffer.get(read);
      return read;
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
  }

  /** All of it. */
  public byte[] read() {
    return read(0, Integer.MAX_VALUE - Byte.MAX_VALUE);
  }

  /**
   * The JSON object that it holds.
   *
   * @throws org.cofitune.error.CofituneException of kind FORMAT if it holds none
   */
  ObjectNode json() {
    return StrictJson.readObject(path, read(0, MOST_JSON_BYTES));
  }
}
