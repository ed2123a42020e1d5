package org.cofitune.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A file that appears under its name, or replaces the one before, only when it is complete and on
 * the disk. Closing without {@link #commit} leaves what was there before.
 *
 * <pre>{@code
 * AtomicFile.write(run.resolve("scorecard.json"), json);
 * }</pre>
 */
public final class AtomicFile implements AutoCloseable {
  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private final Path target;
  private final Path temporary;
  private final ProcessLock lock;
  private boolean open = true;

  private AtomicFile(Path target, Path temporary, ProcessLock lock) {
    this.target = target;
    this.temporary = temporary;
    this.lock = lock;
  }

  /** Writes or replaces a file with bytes. */
  public static void write(Path target, byte[] bytes) {
    write(target, out -> out.write(bytes));
  }

  /** Writes or replaces a file with text in UTF-8. */
  public static void write(Path target, String text) {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes or replaces a file with whatever {@code content} writes.
   *
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses; what was there
   *     before stays then
   */
  public static void write(Path target, Content content) {
    try (AtomicFile file = create(target)) {
      // Not closed: commit still needs the channel underneath.
      OutputStream out =
          new BufferedOutputStream(Channels.newOutputStream(file.channel()), 1 << 16);
      content.writeTo(out);
      out.flush();
      file.commit();
    } catch (IOException e) {
      throw DiskFault.writing(target, e);
    }
  }

  /**
   * Begins a file; folders above it are created.
   *
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if nothing can be written there
   */
  public static AtomicFile create(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    try {
      Files.createDirectories(absolute.getParent());
      Temporaries.removeAbandoned(absolute.getParent());
      Temporaries.Guarded temporary = Temporaries.newFile(absolute);
      return new AtomicFile(absolute, temporary.path(), temporary.lock());
    } catch (IOException e) {
      throw DiskFault.writing(absolute, e);
    }
  }

  /** Where to write; belongs to this object, which closes it. */
  public FileChannel channel() {
    if (!open) {
      throw new IllegalStateException(target + " is committed or closed");
    }
    return lock.channel();
  }

  /**
   * Completes the file.
   *
   * @return the target
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses
   */
  public Path commit() {
    try {
      channel().force(true);
      lock.close(); // a file that is open cannot be renamed everywhere
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      Temporaries.forceFolder(target.getParent());
    } catch (IOException e) {
      throw DiskFault.writing(target, e);
    } finally {
      close();
    }
    return target;
  }

  /** Removes what was written if it was not committed. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try (lock) {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw DiskFault.writing(temporary, e);
    }
  }
}
