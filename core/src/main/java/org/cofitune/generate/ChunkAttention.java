package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.AttentionKernel;
import org.jspecify.annotations.Nullable;

/** Attention of any number of new tokens to themselves and to what the cache holds before them. */
final class ChunkAttention implements AttentionKernel {
  private static final double NO_DROPOUT = 0.0;

  /**
   * The new tokens of one sequence.
   *
   * @param row of the cache
   * @param offset among the new tokens of all sequences
   * @param start position of the first
   * @param count how many
   * @param all what a layer without a window reads
   * @param windowed what a layer with a window reads
   */
  private record Chunk(int row, int offset, int start, int count, Sight all, Sight windowed) {}

  /**
   * What the new tokens of a sequence see.
   *
   * @param from first position that any of them sees
   * @param mask {@code [count, start + count - from]}, true where a token (row) sees another
   *     (column); null where all is seen, or all but what comes later
   */
  private record Sight(int from, @Nullable Tensor mask) {}

  private final KeyValueCache cache;
  private final AttentionConfig config;
  private final Chunk[] chunks;

  ChunkAttention(KeyValueCache cache, int[] rows, int[] starts, int[] counts) {
    this.cache = cache;
    this.config = cache.attention();
    this.chunks = new Chunk[rows.length];
    int offset = 0;
    for (int i = 0; i < rows.length; i++) {
      Sight all = sight(starts[i], counts[i], 0);
      Sight windowed =
          config.slidingWindow() > 0 ? sight(starts[i], counts[i], config.slidingWindow()) : all;
      chunks[i] = new Chunk(rows[i], offset, starts[i], counts[i], all, windowed);
      offset += counts[i];
    }
  }

  private Sight sight(int start, int count, int window) {
    boolean limited = window > 0 && start + count > window;
    int from = limited ? Math.max(0, start + 1 - window) : 0;
    if (count == 1 || (start == 0 && !limited)) {
      return new Sight(from, null);
    }
    long[] shape = {count, (long) start + count - from};
    Tensor mask =
        torch.ones(shape, torch.dtype(ScalarType.Bool).device(cache.options().device_opt()));
    mask.tril_((long) start - from);
    if (limited) {
      mask.triu_((long) start - from - window + 1);
    }
    return new Sight(from, mask);
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    TensorVector outputs = new TensorVector();
    for (Chunk chunk : chunks) {
      outputs.push_back(
          attendOne(
              layer,
              chunk,
              headsFirst(query, chunk),
              headsFirst(key, chunk),
              headsFirst(value, chunk)));
    }
    return chunks.length == 1 ? outputs.get(0) : cat(outputs, 0);
  }

  private Tensor attendOne(int layer, Chunk chunk, Tensor query, Tensor key, Tensor value) {
    Tensor keys = written(cache.keys(layer), chunk, key);
    Tensor values = written(cache.values(layer), chunk, value);
    Sight sight = config.window(layer) > 0 ? chunk.windowed() : chunk.all();
    boolean causal = sight.mask() == null && chunk.count() > 1;
    long count = (long) chunk.start() + chunk.count() - sight.from();
    Tensor attended =
        scaled_dot_product_attention(
            query.unsqueeze(0),
            keys.narrow(1, sight.from(), count).unsqueeze(0),
            values.narrow(1, sight.from(), count).unsqueeze(0),
            sight.mask() == null ? new TensorOptional() : new TensorOptional(sight.mask()),
            NO_DROPOUT,
            causal,
            new DoubleOptional(),
            config.groupSize() > 1);
    return attended.transpose(1, 2).reshape(chunk.count(), config.querySize());
  }

  /** Stores new keys or values and returns the row that they are in. */
  private static Tensor written(Tensor stored, Chunk chunk, Tensor fresh) {
    Tensor row = stored.select(0, chunk.row());
    row.narrow(1, chunk.start(), chunk.count()).copy_(fresh);
    return row;
  }

  /** {@code [tokens, heads, headDim]} to a sequence's {@code [heads, count, headDim]}. */
  private static Tensor headsFirst(Tensor tokens, Chunk chunk) {
    return tokens.narrow(0, chunk.offset(), chunk.count()).transpose(0, 1);
  }
}
