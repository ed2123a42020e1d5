package org.cofitune.runs;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Follows a run's {@code events.jsonl} while it grows. Half a line waits until it is whole, a line
 * that is no JSON object is passed over. A run that resumes writes the log anew; that is noticed,
 * and everything is told from the beginning.
 *
 * <p>Of a log that is long when it is first read, only every so many of the older steps are told,
 * so that a page need not take in megabytes to draw a line. Whatever is not a step is told always.
 */
public final class EventTail {
  /** What is read at a time. */
  private static final int CHUNK = 1 << 20;

  /** The size of a log of which every step is told. */
  private static final long WHOLE_BYTES = 2L << 20;

  /** The end of a long log, of which every step is told too. */
  private static final long RECENT_BYTES = 64L << 10;

  private static final byte END_OF_LINE = '\n';
  private static final JsonMapper JSON = new JsonMapper();

  private final RunFolder run;
  private String file = "";
  private long offset;
  private long everyStep = 1;
  private long recent;
  private long steps;
  private boolean passingLongLine;

  /**
   * What is new.
   *
   * @param position where the next begins; {@link EventTail#from} goes on there
   * @param restarted whether the events are the first ones, and all told before are void
   * @param events in their order
   * @param more whether there is more to read at once
   */
  public record Batch(String position, boolean restarted, List<ObjectNode> events, boolean more) {}

  private EventTail(RunFolder run) {
    this.run = run;
  }

  /** Follows from the beginning. */
  public static EventTail of(RunFolder run) {
    return new EventTail(run);
  }

  /** Follows from a position that a batch ended with; from the beginning if it is none. */
  public static EventTail from(RunFolder run, String position) {
    EventTail tail = new EventTail(run);
    int dash = position.indexOf('-');
    if (dash > 0 && position.substring(dash + 1).matches("[0-9]{1,15}")) {
      tail.file = position.substring(0, dash);
      tail.offset = Long.parseLong(position.substring(dash + 1));
    }
    return tail;
  }

  /** What came since the last call; empty if nothing did. */
  public Optional<Batch> next() {
    Optional<RunFile> log = run.events();
    if (log.isEmpty()) {
      return Optional.empty();
    }
    try (FileChannel channel = log.get().open()) {
      boolean restarted = begin(log.get(), channel);
      byte[] chunk = read(channel);
      int end = endOfLines(chunk);
      List<ObjectNode> events = end == 0 ? List.of() : events(chunk, end);
      offset += end;
      boolean more = offset + chunk.length - end < channel.size();
      return restarted || end > 0
          ? Optional.of(new Batch(file + "-" + offset, restarted, events, more))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it is being replaced, and will be there the next time
    }
  }

  /** Whether what was read so far is not the beginning of this file. */
  private boolean begin(RunFile log, FileChannel channel) throws IOException {
    String found = identity(log);
    if (found.equals(file) && isAtLine(channel)) {
      return false;
    }
    file = found;
    offset = 0;
    steps = 0;
    passingLongLine = false;
    everyStep = 1 + channel.size() / WHOLE_BYTES;
    recent = channel.size() - RECENT_BYTES;
    return true;
  }

  private boolean isAtLine(FileChannel channel) throws IOException {
    if (offset == 0 || passingLongLine) {
      return offset <= channel.size();
    }
    ByteBuffer before = ByteBuffer.allocate(1);
    return channel.read(before, offset - 1) == 1 && before.get(0) == END_OF_LINE;
  }

  /** A file that replaces another under its name has another key. */
  private static String identity(RunFile log) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(log.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Object key = found.fileKey() == null ? found.creationTime() : found.fileKey();
    return Integer.toHexString(key.hashCode());
  }

  private byte[] read(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, channel.size() - offset));
    while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {}
    byte[] chunk = new byte[buffer.flip().remaining()];
    buffer.get(chunk);
    return chunk;
  }

  /** Bytes up to the end of the last whole line; a line longer than a chunk is passed over. */
  private int endOfLines(byte[] chunk) {
    for (int end = chunk.length; end > 0; end--) {
      if (chunk[end - 1] == END_OF_LINE) {
        return end;
      }
    }
    if (chunk.length < CHUNK) {
      return 0;
    }
    passingLongLine = true;
    return chunk.length;
  }

  private List<ObjectNode> events(byte[] chunk, int end) throws IOException {
    List<ObjectNode> events = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int i = 0; i < end; i++) {
      if (chunk[i] != END_OF_LINE) {
        line.write(chunk[i]);
        continue;
      }
      if (!passingLongLine) {
        boolean whole = offset + i >= recent;
        event(line.toString(StandardCharsets.UTF_8))
            .filter(event -> isTold(event, whole))
            .ifPresent(events::add);
      }
      passingLongLine = false;
      line.reset();
    }
    return events;
  }

  private static Optional<ObjectNode> event(String line) {
    try {
      return JSON.readTree(line) instanceof ObjectNode event
          ? Optional.of(event)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isTold(ObjectNode event, boolean whole) {
    return whole || !event.path("event").asText().equals("step") || steps++ % everyStep == 0;
  }
}
