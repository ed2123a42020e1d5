package org.cofitune.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Records in a file that is only ever appended to, one line each. A line without its end, left by a
 * process that was killed while writing, is cut off when the file is opened.
 */
public final class RecordLines<R extends Record> {
  /** More than any such file comes to. */
  private static final int MAX_BYTES = 256 << 20;

  private final Path file;
  private final Kind<R> kind;
  private final List<R> records = new ArrayList<>();

  private RecordLines(Path file, Kind<R> kind) {
    this.file = file;
    this.kind = kind;
  }

  /**
   * What the lines of a file are.
   *
   * @param json how a record is written
   * @param name of one, for messages: {@code trial}
   * @param remedy what follows from a line's removal, for messages
   */
  public record Kind<R extends Record>(
      Class<R> type, ObjectMapper json, String name, String remedy) {}

  /**
   * Opens a file, without records if it is not there yet.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no such record
   */
  public static <R extends Record> RecordLines<R> open(Path file, Kind<R> kind) {
    RecordLines<R> lines = new RecordLines<>(file, kind);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        lines.load();
      }
    } catch (IOException e) {
      throw lines.unusable(e);
    }
    return lines;
  }

  /** The records so far, in order. */
  public List<R> records() {
    return Collections.unmodifiableList(records);
  }

  /** Adds a record; on return it is on the disk. */
  public void add(R added) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      GrowingFile.append(channel, kind.json().writeValueAsString(added) + "\n");
      channel.force(true);
    } catch (IOException e) {
      throw unusable(e);
    }
    records.add(added);
  }

  private void load() throws IOException {
    byte[] bytes = BoundedFile.read(file, MAX_BYTES);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(end);
        channel.force(true);
      }
    }
    int number = 0;
    for (String line : new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList()) {
      number++;
      try {
        records.add(JsonRecord.read(kind.json(), line, kind.type()));
      } catch (JsonProcessingException e) {
        throw CofituneException.of(ErrorKind.FORMAT, "not a " + kind.name())
            .at(file + ":" + number)
            .expected("one JSON object as this program writes it")
            .found(e.getOriginalMessage())
            .next("remove the line; " + kind.remedy())
            .cause(e)
            .build();
      }
    }
  }

  private CofituneException unusable(IOException e) {
    return CofituneException.of(ErrorKind.TRAINING, "cannot be read or written")
        .at(file)
        .found(e.getMessage())
        .next("check permissions and space; what is finished is kept")
        .cause(e)
        .build();
  }
}
