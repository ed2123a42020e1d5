package org.cofitune.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** Whether the disk has room, asked before anything is written. */
public final class DiskSpace {
  private static final double BYTES_PER_GB = 1e9;

  private DiskSpace() {}

  /**
   * Bytes that this user can still write to the disk of a path, which need not exist yet.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the system does not tell
   */
  public static long free(Path path) {
    Path existing = nearestExisting(path.toAbsolutePath().normalize());
    if (existing == null) {
      return 0;
    }
    try {
      return Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      throw DiskFault.reading(existing, e);
    }
  }

  private static @Nullable Path nearestExisting(Path path) {
    Path existing = path;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing;
  }

  /**
   * Checks that there is room.
   *
   * @param path where something is to be written
   * @param bytes how much
   * @param purpose what it is, such as "the merged model"
   * @throws CofituneException ({@link ErrorKind#RECIPE}) if there is not
   */
  public static void require(Path path, long bytes, String purpose) {
    long free = free(path);
    if (free < bytes) {
      throw CofituneException.of(ErrorKind.RECIPE, "not enough space on the disk for " + purpose)
          .at(path)
          .expected(gigabytes(bytes))
          .found(gigabytes(free) + " free")
          .next("free some space or choose a directory on a larger disk")
          .build();
    }
  }

  private static String gigabytes(long bytes) {
    return bytes < BYTES_PER_GB / 100
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.2f GB", bytes / BYTES_PER_GB);
  }
}
