package org.cofitune.pipeline;

import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.train.CacheStorage;

/**
 * What of the frozen layers' work is remembered.
 *
 * @param prefixCache whether what the frozen layers below the region make of each row is kept, so
 *     that later epochs begin at the region; pays from the second epoch on. A run with it and a run
 *     without agree to the precision of the number type, not to the bit
 * @param prefixCacheMemoryGib gibibytes that are kept in memory, here and in a search; what is
 *     beyond that lies in files in the run's folder until the run ends
 */
public record PrefixCacheSection(boolean prefixCache, double prefixCacheMemoryGib) {
  private static final double GIB = 1L << 30;

  public PrefixCacheSection {
    if (!(prefixCacheMemoryGib >= 0) || Double.isInfinite(prefixCacheMemoryGib)) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible size of a cache")
          .at("prefix_cache_memory_gib")
          .expected("0 or more")
          .found(prefixCacheMemoryGib)
          .next("correct the value")
          .build();
    }
  }

  static PrefixCacheSection defaults() {
    return new PrefixCacheSection(false, CacheStorage.DEFAULT_MEMORY_BYTES / GIB);
  }

  /**
   * Where a cache keeps its rows.
   *
   * @param folder for what is beyond the memory
   */
  CacheStorage storage(Path folder) {
    return new CacheStorage((long) (prefixCacheMemoryGib * GIB), folder);
  }
}
