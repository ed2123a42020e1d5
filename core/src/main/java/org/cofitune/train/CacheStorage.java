package org.cofitune.train;

import java.nio.file.Path;

/**
 * Where a cache keeps its rows.
 *
 * @param memoryBytes kept in memory up to this many bytes, and beyond that in files
 * @param spillFolder where those files go; they are unlinked as soon as they are mapped, so nothing
 *     is left behind however the process ends
 */
public record CacheStorage(long memoryBytes, Path spillFolder) {
  /** A quarter of a small machine's memory. */
  public static final long DEFAULT_MEMORY_BYTES = 4L << 30;

  /** The default memory budget, with files in the system's temporary folder. */
  public static CacheStorage defaults() {
    return new CacheStorage(DEFAULT_MEMORY_BYTES, Path.of(System.getProperty("java.io.tmpdir")));
  }
}
