package org.cofitune.evaluate.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskItem;
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
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHORT = 16;

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
      GrowingFile.append(channel, json(key, answered) + "\n");
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
    byte[] bytes = Channels.newInputStream(channel.position(0)).readAllBytes();
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      // The last evaluation ended while it wrote this line.
      channel.truncate(end);
    }
    Map<String, List<Response>> responses = new HashMap<>();
    String[] lines = new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n", -1);
    for (int i = 0; i < lines.length - 1; i++) {
      try {
        JsonNode line = JSON.readTree(lines[i]);
        responses.put(line.required("key").asText(), responses(line));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        throw CofituneException.of(ErrorKind.FORMAT, "kept responses are damaged")
            .at(file + ":" + (i + 1))
            .found(String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
            .next("delete the file; its items are then asked again")
            .cause(e)
            .build();
      }
    }
    return responses;
  }

  private static String json(String key, List<Response> answered) {
    ObjectNode line = JSON.createObjectNode().put("key", key);
    for (Response response : answered) {
      if (response instanceof Response.Scored scored) {
        line.withArray("scored")
            .addArray()
            .add(scored.logLikelihood())
            .add(scored.tokens())
            .add(scored.greedy());
      } else if (response instanceof Response.Generated generated) {
        line.withArray("generated").add(generated.text());
      }
    }
    return line.toString();
  }

  private static List<Response> responses(JsonNode line) {
    List<Response> responses = new ArrayList<>();
    for (JsonNode scored : line.path("scored")) {
      if (!(scored instanceof ArrayNode values)
          || values.size() != 3
          || !values.get(0).isNumber()
          || !values.get(1).isInt()
          || !values.get(2).isBoolean()) {
        throw new IllegalArgumentException("not a score: " + scored);
      }
      responses.add(
          new Response.Scored(
              values.get(0).asDouble(), values.get(1).asInt(), values.get(2).asBoolean()));
    }
    for (JsonNode text : line.path("generated")) {
      responses.add(new Response.Generated(text.asText()));
    }
    return responses;
  }
}
