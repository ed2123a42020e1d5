package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

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
  private final int[] offsets;
  private final WindowMask windowMask;

  PackedAttention(AttentionConfig config, int[] offsets, WindowMask windowMask) {
    this.config = config;
    this.offsets = offsets.clone();
    this.windowMask = windowMask;
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    int sequences = offsets.length - 1;
    if (sequences == 1) {
      return attendOne(layer, query, key, value);
    }
    TensorVector outputs = new TensorVector();
    for (int s = 0; s < sequences; s++) {
      int start = offsets[s];
      int length = offsets[s + 1] - start;
      outputs.push_back(
          attendOne(
              layer,
              query.narrow(0, start, length),
              key.narrow(0, start, length),
              value.narrow(0, start, length)));
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
