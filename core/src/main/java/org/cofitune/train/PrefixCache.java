package org.cofitune.train;

import static org.bytedeco.pytorch.global.torch.cat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the frozen layers below a boundary make of each sequence, so that later epochs,
 * trials and evaluations start at the boundary.
 *
 * <p>A sequence is known by its token ids and is always computed alone, so its value does not
 * depend on the batch in which it was first met, and a resumed run finds the same bits. Valid as
 * long as the layers below the boundary keep their weights; {@link #close} frees it. Not
 * thread-safe.
 */
public final class PrefixCache implements FrozenPrefix, AutoCloseable {
  private final Decoder decoder;
  private final int boundary;
  private final Lower lower;
  private final RowSlabs rows;
  private final Map<Sequence, RowSlabs.Rows> known = new HashMap<>();
  private long hits;
  private long misses;
  private long computedWork;

  /** Knows from which lower layer a sequence need be computed. */
  @FunctionalInterface
  interface Lower {
    /** Where to begin; null for the embedding. */
    @Nullable Start below(int layer, int[] ids);
  }

  /**
   * What is known of a sequence below the boundary.
   *
   * @param layer the layer that the rows go into
   * @param rows {@code [tokens, hidden]}
   */
  record Start(int layer, Tensor rows) {}

  /** Token ids as a key: compared by content. */
  private record Sequence(int[] ids) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Sequence that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }
  }

  /**
   * A cache of the input of layer {@code boundary}.
   *
   * @param storage where the rows are kept
   */
  public PrefixCache(Decoder decoder, int boundary, CacheStorage storage) {
    this(
        decoder,
        boundary,
        new CacheMemory(storage.memoryBytes()),
        storage.spillFolder(),
        (layer, ids) -> null);
  }

  /** A cache that shares its memory with others and begins where lower ones end. */
  PrefixCache(Decoder decoder, int boundary, CacheMemory memory, Path spillFolder, Lower lower) {
    if (boundary < 1 || boundary > decoder.layers()) {
      throw new IllegalArgumentException("no frozen layer below layer " + boundary);
    }
    this.decoder = decoder;
    this.boundary = boundary;
    this.lower = lower;
    this.rows =
        new RowSlabs(
            decoder.config().hiddenSize(),
            decoder.parameters().precision(),
            decoder.parameters().device(),
            memory,
            spillFolder);
  }

  @Override
  public Tensor below(int layer, PackedBatch batch, ForwardPass pass) {
    if (layer < boundary) {
      throw new IllegalArgumentException(
          "the cache holds the input of layer " + boundary + ", not of the lower " + layer);
    }
    try (NoGradGuard noGrad = new NoGradGuard()) {
      TensorVector parts = new TensorVector();
      for (int s = 0; s < batch.sequences(); s++) {
        parts.push_back(
            rows.get(
                rowsOf(
                    Arrays.copyOfRange(batch.ids(), batch.offsets()[s], batch.offsets()[s + 1]))));
      }
      return decoder.layers(boundary, layer, cat(parts, 0), pass);
    }
  }

  private RowSlabs.Rows rowsOf(int[] ids) {
    Sequence key = new Sequence(ids);
    RowSlabs.Rows found = known.get(key);
    if (found != null) {
      hits += ids.length;
      return found;
    }
    misses += ids.length;
    try (PointerScope scope = new PointerScope()) {
      ForwardPass alone = decoder.packed(new int[] {0, ids.length});
      Start start = startOf(ids);
      RowSlabs.Rows stored = rows.add(decoder.layers(start.layer(), boundary, start.rows(), alone));
      computedWork += (long) ids.length * (boundary - start.layer());
      known.put(key, stored);
      return stored;
    }
  }

  private Start startOf(int[] ids) {
    Start known = lower.below(boundary, ids);
    if (known != null) {
      return known;
    }
    Tensor input = HostTensors.ofIds(ids).to(decoder.parameters().device(), LONG);
    return new Start(0, decoder.embed(input));
  }

  /** The rows of a sequence if it was met before. */
  @Nullable Start find(int[] ids) {
    RowSlabs.Rows found = known.get(new Sequence(ids));
    return found == null ? null : new Start(boundary, rows.get(found));
  }

  /** The layer whose input is kept. */
  public int boundary() {
    return boundary;
  }

  /** Tokens whose prefix was found. */
  public long hitTokens() {
    return hits;
  }

  /** Tokens whose prefix had to be computed. */
  public long missedTokens() {
    return misses;
  }

  /** What was done and what was not, in tokens times layers. */
  public PrefixWork work() {
    return new PrefixWork(computedWork, (hits + misses) * boundary - computedWork);
  }

  /** Bytes kept in memory and on disk together. */
  public long bytes() {
    return rows.bytes();
  }

  @Override
  public void close() {
    known.clear();
    rows.close();
  }
}
