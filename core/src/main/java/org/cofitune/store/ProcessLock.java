package org.cofitune.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file that ends with its process, however that ends: whoever obtains it knows that the
 * last holder is gone.
 */
final class ProcessLock implements AutoCloseable {
  /**
   * POSIX drops all of a process's locks on a file when the process closes any descriptor of it. So
   * a file that this process holds must not even be opened to ask.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Behind any content, so that the file stays readable where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path key;
  private final FileChannel channel;

  private ProcessLock(Path key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock, creating the file if it is not there.
   *
   * @return empty if this or another process holds it
   */
  static Optional<ProcessLock> tryAcquire(Path file) throws IOException {
    Path key = key(file);
    if (!HELD.add(key)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    FileLock lock = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lock = tryLock(channel);
      return lock == null ? Optional.empty() : Optional.of(new ProcessLock(key, channel));
    } finally {
      if (lock == null) {
        close(channel);
        HELD.remove(key);
      }
    }
  }

  /** Whether this process holds the lock on a file. */
  static boolean isHeldHere(Path file) throws IOException {
    return HELD.contains(key(file));
  }

  private static Path key(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    return absolute.getParent().toRealPath().resolve(absolute.getFileName());
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      return null; // held through another class loader of this process
    }
  }

  private static void close(@Nullable FileChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
  }

  /** The open file; closing it gives the lock up. */
  FileChannel channel() {
    return channel;
  }

  /** Gives the lock up; the file stays. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(key);
    }
  }
}
