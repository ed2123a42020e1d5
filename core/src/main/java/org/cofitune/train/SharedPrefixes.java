package org.cofitune.train;

import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.cofitune.model.Decoder;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PrefixCache} for each lowest trained layer that trials of one base model have, all
 * within one memory budget. A cache begins where a lower one already knows the sequence.
 *
 * <p>Every value is that of the sequence computed alone from the embedding on. It has the same bits
 * whichever trial asked first, whatever was cached before, and wherever it is kept; so trials score
 * the same in any order, and after a restart that begins with empty caches. Without a cache frozen
 * layers see a whole batch at once, and matrix products of another shape round differently: those
 * values agree to the precision of the number type, not to the bit.
 *
 * <p>Valid as long as the layers below a trial's region have the base's weights. Not thread-safe.
 */
public final class SharedPrefixes implements AutoCloseable {
  private final Decoder decoder;
  private final CacheMemory memory;
  private final Path spillFolder;
  private final NavigableMap<Integer, PrefixCache> caches = new TreeMap<>();

  /**
   * Caches that are empty at first.
   *
   * @param storage where all of them together keep their rows
   */
  public SharedPrefixes(Decoder decoder, CacheStorage storage) {
    this.decoder = decoder;
    this.memory = new CacheMemory(storage.memoryBytes());
    this.spillFolder = storage.spillFolder();
  }

  /**
   * What gives the input of a region's lowest layer.
   *
   * @param lowestLayer as {@link org.cofitune.model.Region#lowestLayer} says it; where nothing lies
   *     below it but the embedding, nothing is cached
   */
  public FrozenPrefix below(int lowestLayer) {
    return lowestLayer < 1
        ? FrozenPrefix.computed(decoder)
        : caches.computeIfAbsent(lowestLayer, this::newCache);
  }

  private PrefixCache newCache(int boundary) {
    return new PrefixCache(decoder, boundary, memory, spillFolder, this::nearestBelow);
  }

  private PrefixCache.@Nullable Start nearestBelow(int layer, int[] ids) {
    for (PrefixCache lower : caches.headMap(layer, false).descendingMap().values()) {
      PrefixCache.Start known = lower.find(ids);
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  /** What all caches together did and saved. */
  public PrefixWork work() {
    return caches.values().stream()
        .map(PrefixCache::work)
        .reduce(PrefixWork.NONE, PrefixWork::plus);
  }

  /** Bytes kept in memory and on disk together. */
  public long bytes() {
    return caches.values().stream().mapToLong(PrefixCache::bytes).sum();
  }

  /** Frees all rows. */
  @Override
  public void close() {
    caches.values().forEach(PrefixCache::close);
    caches.clear();
  }
}
