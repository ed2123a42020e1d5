package org.cofitune.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/** A file that grows record by record, and that a disk which refuses leaves without half a one. */
public final class GrowingFile {
  private GrowingFile() {}

  /** Appends a text in UTF-8. */
  public static void append(FileChannel channel, String text) throws IOException {
    append(channel, StandardCharsets.UTF_8.encode(text));
  }

  /**
   * Appends a record behind everything else.
   *
   * @throws IOException if the disk refuses; the file then ends where it ended before
   */
  public static void append(FileChannel channel, ByteBuffer record) throws IOException {
    long end = channel.size();
    try {
      channel.position(end);
      while (record.hasRemaining()) {
        channel.write(record);
      }
    } catch (IOException e) {
      cut(channel, end, e);
      throw e;
    }
  }

  /** A second failure must not hide the first. */
  private static void cut(FileChannel channel, long end, IOException failure) {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
