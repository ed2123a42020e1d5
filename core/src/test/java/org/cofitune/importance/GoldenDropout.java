package org.cofitune.importance;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.GoldenModel;

/** The dropout that PyTorch computed the golden numbers with. */
record GoldenDropout(GoldenModel golden, int batch, ScalarType type) implements DropoutMasks {
  private static final double PROBABILITY = 0.1;

  @Override
  public Tensor attention(int pass, int layer, int sequence, long... shape) {
    return scaled(
        kept(pass, "keep_attn", layer, sequence) // [heads, width, width]
            .narrow(1, 0, shape[1])
            .narrow(2, 0, shape[2]));
  }

  @Override
  public Tensor feedForward(int pass, int layer, int sequence, long... shape) {
    return scaled(kept(pass, "keep_mlp", layer, sequence).narrow(0, 0, shape[0]));
  }

  private Tensor kept(int pass, String kind, int layer, int sequence) {
    String name = "batch" + batch + ".pass" + (pass + 1) + "." + kind;
    return new Tensor(golden.input(name)).select(0, layer).select(0, sequence);
  }

  private Tensor scaled(Tensor keep) {
    return keep.to(type).div(new Scalar(1 - PROBABILITY));
  }
}
