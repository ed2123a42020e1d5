package org.cofitune.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A directory that appears under its name only when it is complete. It is written under a hidden
 * name beside; {@link #commit} brings everything to the disk and renames it. Closing without commit
 * removes it, and what a killed process left behind is removed when the next directory is created
 * there.
 *
 * <pre>{@code
 * try (AtomicDirectory directory = AtomicDirectory.create(run.resolve("delta"))) {
 *   write(directory.path().resolve("delta.safetensors"));
 *   directory.commitWithManifest();
 * }
 * }</pre>
 */
public final class AtomicDirectory implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final ProcessLock lock;
  private boolean open = true;

  private AtomicDirectory(Path target, Path temporary, ProcessLock lock) {
    this.target = target;
    this.temporary = temporary;
    this.lock = lock;
  }

  /**
   * Begins a directory; folders above it are created.
   *
   * @throws CofituneException {@link ErrorKind#RECIPE} if the target is there and not empty, or
   *     naming the process that is writing it; {@link ErrorKind#TRAINING} if nothing can be written
   *     there
   */
  public static AtomicDirectory create(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    removeAbandoned(absolute.getParent()); // of a process that was killed as it completed this one
    requireVacant(absolute);
    try {
      Files.createDirectories(absolute.getParent());
      Temporaries.Guarded temporary = Temporaries.newDirectory(absolute);
      AtomicDirectory directory = new AtomicDirectory(absolute, temporary.path(), temporary.lock());
      try {
        RunLock.writeOwner(temporary.lock().channel());
        requireNoOther(absolute, Temporaries.lockOf(temporary.path()));
        Files.createDirectory(temporary.path());
      } catch (IOException | RuntimeException e) {
        directory.close();
        throw e;
      }
      return directory;
    } catch (IOException e) {
      throw DiskFault.writing(absolute, e);
    }
  }

  /** What is unfinished after the abandoned were removed belongs to a process that lives. */
  private static void requireNoOther(Path target, Path own) throws IOException {
    for (Path lock : Temporaries.locksOf(target)) {
      if (!lock.equals(own)) {
        throw RunLock.inUse(target, lock);
      }
    }
  }

  /**
   * Checks that a directory may begin there.
   *
   * @throws CofituneException {@link ErrorKind#RECIPE} if something is there that is not an empty
   *     directory
   */
  public static void requireVacant(Path target) {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(target)) {
        if (entries.findAny().isEmpty()) {
          return;
        }
      } catch (IOException e) {
        throw DiskFault.reading(target, e);
      }
    }
    throw CofituneException.of(ErrorKind.RECIPE, "output already exists")
        .at(target)
        .expected("a new or empty directory")
        .found("files")
        .next("choose another directory or remove this one")
        .build();
  }

  /** Whether something is what a killed process left unfinished, or a folder of only such. */
  public static boolean isUnfinished(Path path) {
    if (Temporaries.isNamedAsOne(path)) {
      return true;
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.allMatch(AtomicDirectory::isUnfinished);
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
  }

  /** Removes directories and files that killed processes left unfinished in a folder. */
  public static void removeAbandoned(Path folder) {
    try {
      if (Files.isDirectory(folder)) {
        Temporaries.removeAbandoned(folder);
      }
    } catch (IOException e) {
      throw DiskFault.writing(folder, e);
    }
  }

  /**
   * Removes a complete directory. It loses its name first, so that a half-removed directory is
   * never taken for a complete one.
   */
  public static void remove(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    if (!Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Path hidden = Temporaries.beside(absolute);
      Files.move(absolute, hidden, StandardCopyOption.ATOMIC_MOVE);
      Temporaries.removeTree(hidden);
    } catch (IOException e) {
      throw DiskFault.writing(absolute, e);
    }
  }

  /** Where to write: a directory that exists and is not the target yet. */
  public Path path() {
    if (!open) {
      throw new IllegalStateException(target + " is committed or closed");
    }
    return temporary;
  }

  /**
   * Writes {@value Manifest#NAME}, then completes the directory.
   *
   * @return the target
   */
  public Path commitWithManifest() {
    Manifest.write(path());
    return commit();
  }

  /**
   * Completes the directory: all of it is on the disk before it appears under its name.
   *
   * @return the target
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses; nothing is left
   *     then
   */
  public Path commit() {
    Path complete = path();
    try {
      Temporaries.forceTree(complete);
      requireVacant(target);
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
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
      Temporaries.removeTree(temporary);
      Files.deleteIfExists(Temporaries.lockOf(temporary));
    } catch (IOException e) {
      throw DiskFault.writing(temporary, e);
    }
  }
}
