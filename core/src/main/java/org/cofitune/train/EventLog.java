package org.cofitune.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.GrowingFile;

/**
 * {@code events.jsonl}: one JSON object per line, appended as things happen. Every figure of a
 * report comes from it.
 *
 * <p>A line reaches the operating system when {@link #append} returns, so it outlives the process;
 * it is forced to the disk before a checkpoint appears, so that a run never resumes from a step
 * that its log does not know. When a run resumes, what the log says beyond that step is removed, as
 * is half a line that a killed process left: in the end the log is that of an undisturbed run.
 */
public final class EventLog implements TrainingListener, AutoCloseable {
  /** Training events that come again when a run resumes from a checkpoint of their own step. */
  private static final Set<String> AFTER_CHECKPOINT =
      Set.of("checkpoint", "early_stop", "interrupted", "train_end");

  private static final Set<String> UP_TO_CHECKPOINT =
      Set.of("train_start", "step", "step_skipped", "loss_spike", "eval");

  private final Path file;
  private final int loggingSteps;
  private FileChannel channel;

  private EventLog(Path file, int loggingSteps) throws IOException {
    this.file = file;
    this.loggingSteps = loggingSteps;
    this.channel = openAtEnd(file);
  }

  /**
   * Opens a log or begins it.
   *
   * @param loggingSteps how many steps stand for one line about a step
   * @throws CofituneException of kind TRAINING if it cannot be written
   */
  public static EventLog open(Path file, int loggingSteps) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return new EventLog(file, loggingSteps);
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /** Appends an event of any kind; {@code time} and {@code event} come first in its line. */
  public void append(String event, JsonNode fields) {
    ObjectNode line = ArgumentsJson.MAPPER.createObjectNode();
    line.put("time", Instant.now().toString());
    line.put("event", event);
    fields.properties().forEach(field -> line.set(field.getKey(), field.getValue()));
    try {
      GrowingFile.append(channel, line + "\n");
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof TrainingEvent.Resumed) {
      rewindTo(event.step());
      return;
    }
    if (event instanceof TrainingEvent.SavingCheckpoint) {
      force();
      return;
    }
    if (event instanceof TrainingEvent.Started) {
      rewindTo(-1);
    }
    if (event instanceof TrainingEvent.StepTaken step && isLeftOut(step)) {
      return;
    }
    append(event.name(), ArgumentsJson.MAPPER.valueToTree(event));
  }

  private boolean isLeftOut(TrainingEvent.StepTaken step) {
    return step.step() % loggingSteps != 0 && step.step() != step.totalSteps();
  }

  /** Waits until everything appended is on the disk. */
  public void force() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /** Removes what training wrote beyond a step; lines of other kinds stay. */
  private void rewindTo(long step) {
    try {
      List<String> lines = Files.readAllLines(file);
      List<String> kept = lines.stream().filter(line -> isKept(line, step)).toList();
      if (kept.size() < lines.size()) {
        channel.close();
        AtomicFile.write(file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
        channel = openAtEnd(file);
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  private static boolean isKept(String line, long step) {
    JsonNode event;
    try {
      event = ArgumentsJson.MAPPER.readTree(line);
    } catch (IOException e) {
      return false; // damaged by a crash; it is about something that happens again
    }
    String name = event.path("event").asText();
    if (UP_TO_CHECKPOINT.contains(name)) {
      return event.path("step").asLong() <= step;
    }
    return !AFTER_CHECKPOINT.contains(name) || event.path("step").asLong() < step;
  }

  /** Opens for appending, behind the last complete line. */
  private static FileChannel openAtEnd(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    long end = channel.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    while (end > 0) {
      channel.read(last.clear(), end - 1);
      if (last.get(0) == '\n') {
        break;
      }
      end--;
    }
    channel.truncate(end);
    channel.position(end);
    return channel;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }
}
