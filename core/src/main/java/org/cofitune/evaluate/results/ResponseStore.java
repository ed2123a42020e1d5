package org.cofitune.evaluate.results;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskItem;
import org.cofitune.store.BoundedFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.GrowingFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model's responses to the items of a task, kept on disk: one line an item, appended as soon as
 * it is answered. The key of a line is the item's requests, so an interrupted evaluation goes on
 * where it stopped, one that is repeated asks the model nothing, and of a changed task only what
 * changed is asked again. Metrics and filters are computed from responses and may change freely.
 *
 * <pre>{@code
 * try (ResponseStore store = ResponseStore.open(cache, modelKey, task)) {
 *   for (TaskItem item : task.items()) {
 *     if (store.find(item).isEmpty()) {
 *       store.put(item, ask(item));
 *     }
 *   }
 * }
 * }</pre>
 */
public final class ResponseStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseStore.class);
  private static final int SHORT = 16;

  /** More than a benchmark's answers come to. */
  private static final int MAX_BYTES = 1 << 30;

  private final Path file;
  private final FileChannel channel;
  private final FileLock lock;
  private final Map<String, List<Response>> responses;

  private ResponseStore(
      Path file, FileChannel channel, FileLock lock, Map<String, List<Response>> responses) {
    this.file = file;
    this.channel = channel;
    this.lock = lock;
    this.responses = responses;
  }

  /**
   * Opens the responses of a model to a task, and waits while another process has them open.
   *
   * @param folder where responses of all models are
   * @param model everything that changes what the model answers: its weights' fingerprint, the
   *     delta's, the precision, the context length
   * @throws CofituneException ({@link ErrorKind#FORMAT}) where the file is not as it was written
   */
  public static ResponseStore open(Path folder, String model, Task task) {
    String settings =
        task.spec().outputType() == OutputType.GENERATE_UNTIL
            ? task.spec().generation().toString()
            : "";
    Path file =
        folder
            .resolve(Fingerprint.ofText(model).sha256().substring(0, SHORT))
            .resolve(
                task.spec().name().replaceAll("[^A-Za-z0-9._-]", "_")
                    + "-"
                    + Fingerprint.ofText(
                            task.spec().name() + "\n" + task.spec().outputType() + settings)
                        .sha256()
                        .substring(0, SHORT)
                    + ".jsonl");
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        FileLock lock = lock(file, channel);
        return new ResponseStore(file, channel, lock, read(file, channel));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /** How many items have responses. */
  public int size() {
    return responses.size();
  }

  /** The model's responses to an item, one for every request, if it answered before. */
  public Optional<List<Response>> find(TaskItem item) {
    return Optional.ofNullable(responses.get(item.fingerprint().sha256()))
        .filter(found -> found.size() == item.requests().size());
  }

  /**
   * Keeps the responses to an item.
   *
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses
   */
  public void put(TaskItem item, List<Response> answered) {
    String key = item.fingerprint().sha256();
    responses.put(key, List.copyOf(answered));
    try {
      GrowingFile.append(channel, ResponseLines.line(key, answered) + "\n");
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  @Override
  public void close() {
    try (channel) {
      lock.release();
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  private static FileLock lock(Path file, FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        LOG.info("{} is in use by another evaluation; waiting for it", file);
        lock = channel.lock();
      }
      return lock;
    } catch (OverlappingFileLockException e) {
      throw new IllegalStateException(file + " is open already", e);
    }
  }

  private static Map<String, List<Response>> read(Path file, FileChannel channel)
      throws IOException {
    // Through the locked channel: closing another one would drop the lock (POSIX).
    byte[] bytes = BoundedFile.read(file, Channels.newInputStream(channel.position(0)), MAX_BYTES);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      // The last evaluation ended while it wrote this line.
      channel.truncate(end);
    }
    return ResponseLines.read(file, new String(bytes, 0, end, StandardCharsets.UTF_8));
  }
}
