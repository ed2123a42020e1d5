package org.cofitune.train;

/** Memory that several caches take from until it is used up. Not thread-safe. */
final class CacheMemory {
  private long left;

  CacheMemory(long bytes) {
    this.left = bytes;
  }

  /** Takes so many bytes, or nothing where fewer are left. */
  boolean take(long bytes) {
    if (bytes > left) {
      return false;
    }
    left -= bytes;
    return true;
  }

  void giveBack(long bytes) {
    left += bytes;
  }
}
