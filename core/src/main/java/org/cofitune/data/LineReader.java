package org.cofitune.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * Lines as bytes, ended by a line feed only: U+2028 and its like stand inside JSON strings, and
 * malformed UTF-8 must not hide where a line ends.
 */
final class LineReader {
  /** More than any context holds; a whole line is in memory several times. */
  private static final int LONGEST = 1 << 26;

  private final Path file;
  private final InputStream in;
  private byte[] buffer = new byte[1 << 16];
  private int start;
  private int end;
  private long number;

  LineReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /** The next line without its line feed, valid until the next call; null at the end. */
  @Nullable ByteBuffer next() throws IOException {
    int searched = start;
    while (true) {
      for (int i = searched; i < end; i++) {
        if (buffer[i] == '\n') {
          return line(i, i + 1);
        }
      }
      searched = end - start;
      if (!fill()) {
        return start == end ? null : line(end, end);
      }
      searched += start;
    }
  }

  /** The 1-based number of the last line. */
  long number() {
    return number;
  }

  private ByteBuffer line(int to, int next) {
    ByteBuffer line = ByteBuffer.wrap(buffer, start, to - start);
    start = next;
    number++;
    return line;
  }

  /** Reads on behind what is kept, which moves to the buffer's start; false at the end. */
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (end >= LONGEST) {
        throw CofituneException.of(ErrorKind.DATA, "line is too long")
            .at(file + ":" + (number + 1))
            .expected("at most " + LONGEST + " bytes")
            .next("write one object a line, or one array of objects")
            .build();
      }
      buffer = Arrays.copyOf(buffer, 2 * end);
    }
    int read = in.read(buffer, end, buffer.length - end);
    if (read < 0) {
      return false;
    }
    end += read;
    return true;
  }
}
