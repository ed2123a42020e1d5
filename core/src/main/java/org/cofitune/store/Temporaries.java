package org.cofitune.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hidden names beside a target under which files and directories grow until they are complete. The
 * process that writes one holds a {@link ProcessLock}: on the file itself, or on a file beside the
 * directory. One whose lock can be had was abandoned.
 */
final class Temporaries {
  private static final Logger log = LoggerFactory.getLogger(Temporaries.class);
  private static final String LOCK_SUFFIX = ".lock";
  private static final int MAX_ATTEMPTS = 10;
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.tmp-[0-9a-f]{16}");
  private static final Pattern LOCK = Pattern.compile(TEMPORARY.pattern() + "\\.lock");
  private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");

  private Temporaries() {}

  /**
   * A hidden name and the lock that guards it.
   *
   * @param path not there yet, or an empty file if it is its own lock
   */
  record Guarded(Path path, ProcessLock lock) {}

  /** A new hidden file beside the target, locked itself. */
  static Guarded newFile(Path target) throws IOException {
    return newGuarded(target, UnaryOperator.identity());
  }

  /** A new hidden name for a directory beside the target, with a locked file beside that. */
  static Guarded newDirectory(Path target) throws IOException {
    return newGuarded(target, Temporaries::lockOf);
  }

  private static Guarded newGuarded(Path target, UnaryOperator<Path> lockFileOf)
      throws IOException {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Path path = beside(target);
      Path lockFile = lockFileOf.apply(path);
      Optional<ProcessLock> lock = ProcessLock.tryAcquire(lockFile);
      // Another process that cleans up may have come between creating the file and locking it.
      if (lock.isPresent() && Files.exists(lockFile)) {
        return new Guarded(path, lock.get());
      }
      if (lock.isPresent()) {
        lock.get().close();
      }
    }
    throw new IOException("other processes keep removing new files");
  }

  /** A new hidden name beside the target. */
  static Path beside(Path target) {
    String suffix = "%016x".formatted(ThreadLocalRandom.current().nextLong());
    return target.toAbsolutePath().resolveSibling("." + target.getFileName() + ".tmp-" + suffix);
  }

  /** The file whose lock guards the temporary directory. */
  static Path lockOf(Path temporary) {
    return temporary.resolveSibling(temporary.getFileName() + LOCK_SUFFIX);
  }

  /** Whether a name is that of something unfinished, or of what guards it. */
  static boolean isNamedAsOne(Path entry) {
    String name = entry.getFileName().toString();
    return TEMPORARY.matcher(name).matches() || LOCK.matcher(name).matches();
  }

  /** The files that guard what is becoming a directory of that name. */
  static List<Path> locksOf(Path target) throws IOException {
    String beginning = "." + target.getFileName() + ".tmp-";
    try (Stream<Path> all = Files.list(target.getParent())) {
      return all.filter(entry -> LOCK.matcher(entry.getFileName().toString()).matches())
          .filter(entry -> entry.getFileName().toString().startsWith(beginning))
          .toList();
    }
  }

  /** Removes what processes that ended before completing it left in a folder. */
  static void removeAbandoned(Path folder) throws IOException {
    List<Path> entries;
    try (Stream<Path> all = Files.list(folder)) {
      entries = all.toList();
    }
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      if (LOCK.matcher(name).matches()) {
        Path temporary =
            entry.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length()));
        if (!Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
          removeIfAbandoned(null, entry);
        }
      } else if (TEMPORARY.matcher(name).matches()) {
        boolean directory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        removeIfAbandoned(entry, directory ? lockOf(entry) : entry);
      }
    }
  }

  private static void removeIfAbandoned(@Nullable Path temporary, Path lockFile)
      throws IOException {
    Optional<ProcessLock> lock;
    try {
      lock = ProcessLock.tryAcquire(lockFile);
    } catch (NoSuchFileException e) {
      return; // completed in the meantime
    }
    if (lock.isPresent()) {
      try (ProcessLock held = lock.get()) {
        if (temporary != null) {
          log.info("removing {}, which an earlier process left unfinished", temporary);
          removeTree(temporary);
        }
        Files.deleteIfExists(lockFile);
      }
    }
  }

  /** Removes a file or a directory with everything in it; follows no link. */
  static void removeTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Waits until everything under a folder, and the folder itself, is on the disk. */
  static void forceTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            forceFolder(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Waits until the names in a folder are on the disk. */
  static void forceFolder(Path folder) throws IOException {
    if (WINDOWS) {
      return; // folders cannot be opened there, and need no such call
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
