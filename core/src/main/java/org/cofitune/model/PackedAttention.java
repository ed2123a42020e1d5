package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Causal attention within each sequence of a packed batch. Sequences never see each other, and no
 * padding is computed.
 */
final class PackedAttention implements AttentionKernel {
  private static final double NO_DROPOUT = 0.0;

  private final AttentionConfig config;
  private final long[] lengths;
  private final WindowMask windowMask;

  PackedAttention(AttentionConfig config, int[] offsets, WindowMask windowMask) {
    this.config = config;
    this.lengths =
        IntStream.range(1, offsets.length)
            .mapToLong(s -> (long) offsets[s] - offsets[s - 1])
            .toArray();
    this.windowMask = windowMask;
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    if (lengths.length == 1) {
      return attendOne(layer, query, key, value);
    }
    // One split each: on the way back the parts' gradients are laid side by side once, where parts
    // that are cut out one by one would each be added to the whole.
    TensorVector queries = query.split_with_sizes(lengths, 0);
    TensorVector keys = key.split_with_sizes(lengths, 0);
    TensorVector values = value.split_with_sizes(lengths, 0);
    TensorVector outputs = new TensorVector();
    for (int s = 0; s < lengths.length; s++) {
      outputs.push_back(attendOne(layer, queries.get(s), keys.get(s), values.get(s)));
    }
    return cat(outputs, 0);
  }

  private Tensor attendOne(int layer, Tensor query, Tensor key, Tensor value) {
    long length = query.size(0);
    int window = config.window(layer);
    boolean windowed = window > 0 && length > window;
    Tensor attended =
        scaled_dot_product_attention(
            headsFirst(query),
            headsFirst(key),
            headsFirst(value),
            windowed ? new TensorOptional(windowMask.ofLength(length)) : new TensorOptional(),
            NO_DROPOUT,
            !windowed,
            new DoubleOptional(),
            config.groupSize() > 1);
    return attended.transpose(1, 2).reshape(length, config.querySize());
  }

  /** {@code [tokens, heads, headDim]} to {@code [1, heads, tokens, headDim]}, without a copy. */
  private static Tensor headsFirst(Tensor heads) {
    return heads.transpose(0, 1).unsqueeze(0);
  }
}
