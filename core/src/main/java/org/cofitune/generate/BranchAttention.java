package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.AttentionKernel;
import org.jspecify.annotations.Nullable;

/**
 * Attention over texts that share a beginning: a token of a branch sees the shared tokens and those
 * of its own branch before it, and nothing of the other branches. One call a request and layer.
 *
 * <p>Masks are made on construction and live in the scope that is open then.
 */
final class BranchAttention implements AttentionKernel {
  private static final double NO_DROPOUT = 0.0;

  private final AttentionConfig config;
  private final List<int[]> groups;

  /** Per window size one mask a group; null where plain causal attention does. */
  private final Map<Integer, @Nullable Tensor[]> masks = new HashMap<>();

  BranchAttention(AttentionConfig config, int layers, List<int[]> groups, Device device) {
    this.config = config;
    this.groups = groups;
    for (int layer = 0; layer < layers; layer++) {
      masks.computeIfAbsent(
          config.window(layer),
          window ->
              groups.stream().map(group -> mask(group, window, device)).toArray(Tensor[]::new));
    }
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    @Nullable Tensor[] groupMasks = masks.get(config.window(layer));
    TensorVector outputs = new TensorVector();
    long start = 0;
    for (int g = 0; g < groups.size(); g++) {
      long length = Arrays.stream(groups.get(g)).sum();
      @Nullable Tensor mask = groupMasks[g];
      Tensor attended =
          scaled_dot_product_attention(
              headsFirst(query.narrow(0, start, length)),
              headsFirst(key.narrow(0, start, length)),
              headsFirst(value.narrow(0, start, length)),
              mask == null ? new TensorOptional() : new TensorOptional(mask),
              NO_DROPOUT,
              mask == null,
              new DoubleOptional(),
              config.groupSize() > 1);
      outputs.push_back(attended.transpose(1, 2).reshape(length, config.querySize()));
      start += length;
    }
    return cat(outputs, 0);
  }

  private static Tensor headsFirst(Tensor heads) {
    return heads.transpose(0, 1).unsqueeze(0);
  }

  /**
   * {@code [length, length]}, true where a token (row) sees another (column); null where plain
   * causal attention does.
   */
  private static @Nullable Tensor mask(int[] group, int window, Device device) {
    int length = Arrays.stream(group).sum();
    int shared = group[0];
    long branches = Arrays.stream(group).skip(1).filter(n -> n > 0).count();
    if (branches <= 1 && (window == 0 || length <= window)) {
      return null;
    }
    boolean[] sees = new boolean[Math.multiplyExact(length, length)];
    mark(sees, length, 0, shared, 0, window);
    int start = shared;
    for (int b = 1; b < group.length; b++) {
      mark(sees, length, start, group[b], shared, window);
      start += group[b];
    }
    return Tensor.create(sees, length, length).to(device, ScalarType.Bool);
  }

  /**
   * Marks what the tokens of one piece see: the first {@code before} tokens of the request and the
   * piece itself, causally and within the window.
   */
  private static void mark(
      boolean[] sees, int length, int start, int count, int before, int window) {
    for (int i = 0; i < count; i++) {
      int position = before + i;
      int row = (start + i) * length;
      int oldest = window == 0 ? 0 : Math.max(0, position - window + 1);
      for (int p = oldest; p <= position; p++) {
        sees[row + (p < before ? p : start + p - before)] = true;
      }
    }
  }
}
