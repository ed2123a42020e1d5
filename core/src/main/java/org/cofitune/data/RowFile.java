package org.cofitune.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Opens a file of rows: JSON Lines and JSON arrays are told apart by their first character. */
final class RowFile {
  private static final int LOOK_AHEAD = 1 << 13;

  private RowFile() {}

  /**
   * Opens a file.
   *
   * @throws CofituneException of kind DATA where it is missing, empty, or neither of the two
   */
  static JsonRows open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw missing(file);
    }
    InputStream in = new BufferedInputStream(Files.newInputStream(file), LOOK_AHEAD);
    try {
      return open(file, in);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static JsonRows open(Path file, InputStream in) throws IOException {
    in.mark(LOOK_AHEAD);
    byte[] head = in.readNBytes(LOOK_AHEAD);
    int at = startsWith(head, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    in.reset();
    in.skipNBytes(at);
    while (at < head.length && isBlank(head[at])) {
      at++;
    }
    if (at == head.length && head.length < LOOK_AHEAD) {
      throw empty(file);
    }
    if (at < head.length && head[at] == '[') {
      return new JsonArray(file, in);
    }
    if (at == head.length || head[at] == '{') {
      return new JsonLines(file, in);
    }
    throw bad(file, "file is neither JSON Lines nor a JSON array")
        .expected("{ or [ as the first character")
        .found(kind(head, at))
        .next("write one object a line, or one array of objects, as UTF-8")
        .build();
  }

  static CofituneException empty(Path file) {
    return bad(file, "file has no rows")
        .expected("at least one row")
        .next("check the path and how the file was made")
        .build();
  }

  static CofituneException unreadable(Path file, IOException e) {
    return bad(file, "cannot be read")
        .found(e)
        .next("check the disk and the permissions")
        .cause(e)
        .build();
  }

  static CofituneException missing(Path file) {
    return bad(file, "no such file of rows")
        .found(Files.exists(file) ? "something that is no file" : "nothing")
        .next("check the path")
        .build();
  }

  private static String kind(byte[] head, int at) {
    if (startsWith(head, 'P', 'A', 'R', '1')) {
      return "a Parquet file";
    }
    if (startsWith(head, 0x1F, 0x8B) || startsWith(head, 'P', 'K', 3, 4)) {
      return "a compressed file";
    }
    if (startsWith(head, 0xFF, 0xFE) || startsWith(head, 0xFE, 0xFF)) {
      return "UTF-16";
    }
    char first = (char) (head[at] & 0xFF);
    return first > ' ' && first < 0x7F
        ? "'" + first + "'"
        : String.format("byte 0x%02x", (int) first);
  }

  private static boolean startsWith(byte[] head, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i == head.length || (head[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private static CofituneException.Builder bad(Path file, String what) {
    return CofituneException.of(ErrorKind.DATA, what).at(file);
  }
}
