package org.cofitune.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.BoundedFile;
import org.cofitune.store.GrowingFile;
import org.cofitune.store.JsonRecord;

/**
 * The finished trials of a search, in a file that is only ever appended to, a line a trial. A line
 * without its end, left by a process that was killed while writing, is cut off when the file is
 * opened.
 */
public final class TrialStore {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** More than any such file comes to. */
  private static final int MAX_BYTES = 256 << 20;

  private final Path file;
  private final List<Trial> trials = new ArrayList<>();

  private TrialStore(Path file) {
    this.file = file;
  }

  /**
   * Opens a store, empty if the file is not there yet.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no trial
   */
  public static TrialStore open(Path file) {
    TrialStore store = new TrialStore(file);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        store.load();
      }
    } catch (IOException e) {
      throw store.unusable("the trials cannot be read", e);
    }
    return store;
  }

  /** The trials so far, in the order that they finished. */
  public List<Trial> trials() {
    return Collections.unmodifiableList(trials);
  }

  /** The trial of a region at a number of steps, if it has been run in this setting. */
  public Optional<Trial> find(String setting, String region, int steps) {
    return trials.stream().filter(t -> t.isOf(setting, region, steps)).findFirst();
  }

  /** The base model's score, if it has been taken in this setting. */
  public Optional<Trial> findBase(String setting) {
    return find(setting, Trial.NO_REGION, 0);
  }

  /** Adds a trial; on return it is on the disk. */
  public void add(Trial trial) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      GrowingFile.append(channel, JSON.writeValueAsString(trial) + "\n");
      channel.force(true);
    } catch (IOException e) {
      throw unusable("the trial cannot be written", e);
    }
    trials.add(trial);
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
        trials.add(JsonRecord.read(JSON, line, Trial.class));
      } catch (JsonProcessingException e) {
        throw CofituneException.of(ErrorKind.FORMAT, "not a trial")
            .at(file + ":" + number)
            .expected("one JSON object as this program writes it")
            .found(e.getOriginalMessage())
            .next("remove the line; the trial will run again")
            .cause(e)
            .build();
      }
    }
  }

  private CofituneException unusable(String what, IOException e) {
    return CofituneException.of(ErrorKind.TRAINING, what)
        .at(file)
        .expected("a readable and writable file")
        .found(e.getMessage())
        .next("check permissions and space; finished trials are kept")
        .cause(e)
        .build();
  }
}
