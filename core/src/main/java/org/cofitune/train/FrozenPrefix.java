package org.cofitune.train;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;

/** Gives the input of the lowest trained layer: what the frozen layers below make of a batch. */
@FunctionalInterface
public interface FrozenPrefix {

  /**
   * The residual stream below a layer.
   *
   * @param layer the layer that it goes into
   * @return {@code [tokens, hidden]}, without gradient
   */
  Tensor below(int layer, PackedBatch batch, ForwardPass pass);

  /** Runs the frozen layers every time. */
  static FrozenPrefix computed(Decoder decoder) {
    return (layer, batch, pass) -> {
      try (NoGradGuard noGrad = new NoGradGuard()) {
        Tensor ids = HostTensors.ofIds(batch.ids()).to(decoder.parameters().device(), LONG);
        return decoder.layers(0, layer, decoder.embed(ids), pass);
      }
    };
  }

  /** The number type of token ids. */
  org.bytedeco.pytorch.global.torch.ScalarType LONG =
      org.bytedeco.pytorch.global.torch.ScalarType.Long;
}
