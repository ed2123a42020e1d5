package org.cofitune.importance;

import static org.bytedeco.pytorch.global.torch.cat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.AttentionKernel;

/**
 * Attention with its probabilities written out, sequence by sequence, because dropout acts on them.
 * A head's gate multiplies what the head gives: the same as multiplying its probabilities, since
 * one follows from the other linearly, without another tensor of their size.
 */
final class GatedAttention implements AttentionKernel {
  private final AttentionConfig config;
  private final Gates gates;
  private final TwinBatch batch;
  private final int[] offsets;
  private final Device device;

  GatedAttention(AttentionConfig config, Gates gates, TwinBatch batch, Device device) {
    this.config = config;
    this.device = device;
    this.gates = gates;
    this.batch = batch;
    this.offsets = batch.offsets();
  }

  @Override
  public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
    TensorVector outputs = new TensorVector();
    for (int s = 0; s < offsets.length - 1; s++) {
      int start = offsets[s];
      int length = offsets[s + 1] - start;
      outputs.push_back(
          attendOne(
              layer,
              s,
              query.narrow(0, start, length),
              key.narrow(0, start, length),
              value.narrow(0, start, length)));
    }
    Tensor heads = cat(outputs, 0); // [2 * tokens, numHeads, headDim]
    Tensor gate = gates.of(UnitKind.HEAD, layer).unsqueeze(1); // [numHeads, 1]
    return heads.mul(gate).to(value.scalar_type()).view(heads.size(0), config.querySize());
  }

  /** {@code [length, numHeads, headDim]}. */
  private Tensor attendOne(int layer, int sequence, Tensor query, Tensor key, Tensor value) {
    Tensor kept =
        probabilities(layer, query, key)
            .mul(batch.attentionMask(layer, sequence, config.numHeads()))
            .to(value.scalar_type());
    return kept.matmul(headsFirst(value)).transpose(0, 1);
  }

  /** {@code [numHeads, length, length]}, in float32 (float64 in proofs). */
  private Tensor probabilities(int layer, Tensor query, Tensor key) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      long length = query.size(0);
      Tensor scores =
          query
              .transpose(0, 1)
              .matmul(headsFirst(key).transpose(1, 2))
              .div(new Scalar(Math.sqrt(config.headDim())));
      Tensor masked =
          scores.masked_fill(unseen(layer, length), new Scalar(Double.NEGATIVE_INFINITY));
      ScalarType type =
          masked.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
      Tensor probabilities = masked.softmax(-1, new ScalarTypeOptional(type));
      outer.attach(probabilities);
      return probabilities;
    }
  }

  /** True where a query (row) must not see a key (column), {@code [length, length]}. */
  private Tensor unseen(int layer, long length) {
    Tensor ones =
        torch.ones(
            new long[] {length, length},
            torch.dtype(ScalarType.Bool).device(new DeviceOptional(device)));
    Tensor later = ones.triu(1);
    int window = config.window(layer);
    return window > 0 && length > window ? later.logical_or(ones.tril(-window)) : later;
  }

  /** Keys or values of every query head, {@code [numHeads, length, headDim]}. */
  private Tensor headsFirst(Tensor keyOrValue) {
    Tensor heads = keyOrValue.transpose(0, 1);
    return config.groupSize() == 1
        ? heads
        : heads.repeat_interleave(config.groupSize(), new LongOptional(0), new LongOptional());
  }
}
