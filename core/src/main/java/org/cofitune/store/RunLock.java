package org.cofitune.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process per run directory. The lock ends with the process, however that ends; what a killed
 * process left is recognised and taken over.
 *
 * <pre>{@code
 * try (RunLock lock = RunLock.acquire(run)) {
 *   train();
 * }
 * }</pre>
 */
public final class RunLock implements AutoCloseable {
  /** The file in the run directory; it stays there, empty between runs. */
  public static final String NAME = ".lock";

  private static final Logger log = LoggerFactory.getLogger(RunLock.class);
  private static final int MAX_OWNER_BYTES = 4096;

  private final Path file;
  private final ProcessLock lock;
  private final Optional<ProcessOwner> previous;

  private RunLock(Path file, ProcessLock lock, Optional<ProcessOwner> previous) {
    this.file = file;
    this.lock = lock;
    this.previous = previous;
  }

  /**
   * Takes the directory for this process; creates it if it is not there.
   *
   * @throws CofituneException {@link ErrorKind#RECIPE} naming the owner if another process, or
   *     another run of this one, has it; {@link ErrorKind#TRAINING} if the disk refuses
   */
  public static RunLock acquire(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      Files.createDirectories(directory);
      Optional<ProcessLock> lock = ProcessLock.tryAcquire(file);
      if (lock.isEmpty()) {
        throw inUse(directory, file);
      }
      return take(file, lock.get());
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  private static RunLock take(Path file, ProcessLock lock) throws IOException {
    Optional<ProcessOwner> previous = readOwner(file, lock.channel());
    previous.ifPresent(
        owner -> log.info("{}: taking over from {}, which ended without saying so", file, owner));
    writeOwner(lock.channel());
    return new RunLock(file, lock, previous);
  }

  /**
   * Who has a directory, or had it and ended without giving it back; {@link
   * ProcessOwner#presence()} tells which. Takes nothing, so that a run may begin meanwhile.
   *
   * @return empty if nobody has it
   */
  public static Optional<ProcessOwner> owner(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) == 0) {
        return Optional.empty();
      }
      return ProcessLock.isHeldHere(file) ? Optional.of(ProcessOwner.current()) : readOwner(file);
    } catch (IOException e) {
      log.debug("{}: owner cannot be read", file, e);
      return Optional.empty();
    }
  }

  /** The error that names who holds the lock of a directory. */
  static CofituneException inUse(Path directory, Path file) throws IOException {
    // Only another process's lock may be read here: to close our own would give it up.
    String owner =
        ProcessLock.isHeldHere(file)
            ? ProcessOwner.current() + " (this process)"
            : readOwner(file).map(ProcessOwner::toString).orElse("a process that did not say");
    return CofituneException.of(ErrorKind.RECIPE, "output directory is in use")
        .at(directory)
        .expected("no other process")
        .found(owner)
        .next("wait until it ends or choose another output directory")
        .see("output-directory-is-in-use")
        .build();
  }

  private static Optional<ProcessOwner> readOwner(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return readOwner(file, channel);
    } catch (IOException e) {
      log.debug("{}: owner cannot be read", file, e);
      return Optional.empty();
    }
  }

  private static Optional<ProcessOwner> readOwner(Path file, FileChannel channel)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_OWNER_BYTES);
    channel.read(bytes, 0);
    byte[] json = new byte[bytes.flip().remaining()];
    bytes.get(json);
    if (json.length == 0) {
      return Optional.empty();
    }
    ObjectNode owner;
    try {
      owner = StrictJson.readObject(file, json);
    } catch (CofituneException e) {
      log.debug("{}: owner is half written", file, e);
      owner = JsonNodeFactory.instance.objectNode();
    }
    return Optional.of(ProcessOwner.of(owner));
  }

  /** Says in a file that this process holds it. */
  static void writeOwner(FileChannel channel) throws IOException {
    String json = ProcessOwner.current().json().toString();
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)), 0);
    channel.force(true);
  }

  /** Who had the directory before and ended without giving it back: killed, or power lost. */
  public Optional<ProcessOwner> previous() {
    return previous;
  }

  /** Gives the directory back. */
  @Override
  public void close() {
    try (lock) {
      if (lock.channel().isOpen()) {
        lock.channel().truncate(0);
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }
}
