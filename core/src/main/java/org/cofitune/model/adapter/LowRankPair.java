package org.cofitune.model.adapter;

import static org.bytedeco.pytorch.global.torch.linear;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The change of one weight, {@code scale * B * A} (LoRA, arXiv 2106.09685).
 *
 * @param a {@code [rank, columns]}
 * @param b {@code [rows, rank]}
 */
public record LowRankPair(Tensor a, Tensor b, double scale) implements AutoCloseable {

  /** What the change adds to a projection's output: {@code [n, columns]} to {@code [n, rows]}. */
  Tensor output(Tensor input) {
    ScalarType type = input.scalar_type().intern();
    return linear(linear(input, a.to(type)).mul(new Scalar(scale)), b.to(type));
  }

  /** {@code base + share * scale * B * A} in the base's type, computed in float32 or wider. */
  Tensor addedTo(Tensor base, double share) {
    ScalarType stored = base.scalar_type().intern();
    ScalarType wide = stored == ScalarType.Double ? stored : ScalarType.Float;
    Tensor product = b.detach().to(wide).mm(a.detach().to(wide));
    return base.to(wide).add(product, new Scalar(share * scale)).to(stored);
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }
}
