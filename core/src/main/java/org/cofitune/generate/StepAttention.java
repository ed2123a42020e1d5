package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.AttentionKernel;
import org.jspecify.annotations.Nullable;

/**
 * Attention of one new token of every sequence, all sequences in one call. The query heads that
 * share a key/value head stand in the place of query positions, so that keys are read once for all
 * of them.
 */
final class StepAttention implements AttentionKernel {
  private static final double NO_DROPOUT = 0.0;

  /**
   * The columns that a layer reads.
   *
   * @param from first one that any sequence sees
   * @param count how many
   * @param mask {@code [sequences, 1, 1, count]} to add to the scores; null where all sequences see
   *     all of them
   */
  private record Columns(int from, int count, @Nullable Tensor mask) {}

  private final KeyValueCache cache;
  private final AttentionConfig config;
  private final int sequences;
  private final Tensor places; // [sequences * numKeyValueHeads], rows of the flattened storage
  private final Columns all;
  private final Columns windowed;

  /**
   * Prepares a step.
   *
   * @param positions where each sequence's new token stands
   */
  StepAttention(KeyValueCache cache, int[] positions) {
    this.cache = cache;
    this.config = cache.attention();
    this.sequences = positions.length;
    this.places = onDevice(places(positions));
    this.all = columns(positions, 0);
    this.windowed = config.slidingWindow() > 0 ? columns(positions, config.slidingWindow()) : all;
  }

  private long[] places(int[] positions) {
    int heads = config.numKeyValueHeads();
    long[] flat = new long[sequences * heads];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (long) i * cache.capacity() + positions[i / heads];
    }
    return flat;
  }

  private Columns columns(int[] positions, int window) {
    int shortest = Arrays.stream(positions).min().orElse(0);
    int longest = Arrays.stream(positions).max().orElse(0);
    int from = window > 0 ? Math.max(0, shortest + 1 - window) : 0;
    int count = longest + 1 - from;
    return new Columns(
        from, count, shortest == longest ? null : mask(positions, window, from, count));
  }

  private Tensor mask(int[] positions, int window, int from, int count) {
    Tensor columns = onDevice(LongStream.range(from, from + (long) count).toArray());
    Tensor own =
        onDevice(Arrays.stream(positions).asLongStream().toArray()).view(sequences, 1, 1, 1);
    Tensor hidden = columns.gt(own);
    if (window > 0) {
      hidden = hidden.logical_or(columns.le(own.sub(new Scalar(window))));
    }
    return torch
        .zeros(new long[] {sequences, 1, 1, count}, cache.options())
        .masked_fill_(hidden, new Scalar(Double.NEGATIVE_INFINITY));
  }

  private Tensor onDevice(long[] values) {
    return HostTensors.ofLongs(values).to(cache.options().device(), ScalarType.Long);
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    Columns columns = config.window(layer) > 0 ? windowed : all;
    Tensor keys = written(cache.keys(layer), key);
    Tensor values = written(cache.values(layer), value);
    int heads = config.numKeyValueHeads();
    Tensor attended =
        scaled_dot_product_attention(
            query.reshape(sequences, heads, config.groupSize(), config.headDim()),
            read(keys, columns),
            read(values, columns),
            columns.mask() == null ? new TensorOptional() : new TensorOptional(columns.mask()),
            NO_DROPOUT,
            false,
            new DoubleOptional(),
            false);
    return attended.reshape(sequences, config.querySize());
  }

  private Tensor written(Tensor stored, Tensor fresh) {
    stored.view(-1, config.headDim()).index_copy_(0, places, fresh.reshape(-1, config.headDim()));
    return stored;
  }

  private Tensor read(Tensor stored, Columns columns) {
    return stored.narrow(0, 0, sequences).narrow(2, columns.from(), columns.count());
  }
}
