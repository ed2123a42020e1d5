package org.cofitune.importance;

import static org.bytedeco.pytorch.global.torch.cat;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.cofitune.data.PackedBatch;

/**
 * The sequences of a batch twice, one behind the other: the first copies are one dropout pass, the
 * second copies the other. Both go through the model together.
 */
record TwinBatch(PackedBatch batch, DropoutMasks masks) {
  static final int PASSES = 2;

  /** The ids of both passes, {@code [2 * tokens]}. */
  int[] ids() {
    int[] once = batch.ids();
    int[] twice = new int[PASSES * once.length];
    System.arraycopy(once, 0, twice, 0, once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    return twice;
  }

  /** Where each sequence of both passes starts, {@code [2 * sequences + 1]}. */
  int[] offsets() {
    int[] once = batch.offsets();
    int sequences = batch.sequences();
    int[] twice = new int[PASSES * sequences + 1];
    for (int s = 0; s <= sequences; s++) {
      twice[s] = once[s];
      twice[sequences + s] = batch.tokens() + once[s];
    }
    return twice;
  }

  /** The mask of the attention probabilities of one of the {@code 2 * sequences} sequences. */
  Tensor attentionMask(int layer, int sequence, int heads) {
    int within = sequence % batch.sequences();
    long length = batch.length(within);
    return masks.attention(
        sequence / batch.sequences(), layer, within, new long[] {heads, length, length});
  }

  /** The mask of what the feed-forward network gives, {@code [2 * tokens, hidden]}. */
  Tensor feedForwardMask(int layer, int hidden) {
    TensorVector parts = new TensorVector();
    for (int pass = 0; pass < PASSES; pass++) {
      for (int s = 0; s < batch.sequences(); s++) {
        parts.push_back(masks.feedForward(pass, layer, s, new long[] {batch.length(s), hidden}));
      }
    }
    return cat(parts, 0);
  }
}
