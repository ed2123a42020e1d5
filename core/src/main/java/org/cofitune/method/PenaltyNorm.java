package org.cofitune.method;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How the distance {@code d = w - w0} from the base is measured. */
enum PenaltyNorm {
  /** {@code sum |d|}; its subgradient at 0 is 0. */
  L1 {
    @Override
    double of(Tensor distance) {
      return distance.abs().sum().item_double();
    }

    @Override
    Tensor gradient(Tensor distance) {
      return distance.sign();
    }

    /** Soft-thresholding: what is no farther than the threshold goes back to the base's bits. */
    @Override
    void pull(Tensor moved, Tensor base, double strength) {
      Scalar threshold = new Scalar(strength);
      Tensor distance = moved.sub(base);
      Tensor pulled = moved.sub(distance.sign().mul_(threshold));
      moved.copy_(torch.where(distance.abs().le(threshold), base, pulled));
    }
  },
  /** {@code 1/2 sum d^2}: the factor 1/2 is that of L2-SP, so that the gradient is {@code d}. */
  L2 {
    @Override
    double of(Tensor distance) {
      return distance.mul(distance).sum().item_double() / 2;
    }

    @Override
    Tensor gradient(Tensor distance) {
      return distance;
    }

    /** {@code w0 + d / (1 + strength)}, exact where the strength is 0. */
    @Override
    void pull(Tensor moved, Tensor base, double strength) {
      torch.lerp_out(moved, base, moved, new Scalar(1 / (1 + strength)));
    }
  };

  abstract double of(Tensor distance);

  abstract Tensor gradient(Tensor distance);

  /**
   * The proximal step {@code argmin_v norm(v - base) * strength + 1/2 ||v - moved||^2}, in place.
   *
   * @param moved where the optimizer has gone to
   */
  abstract void pull(Tensor moved, Tensor base, double strength);
}
