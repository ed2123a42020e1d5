package org.cofitune.model;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.CopyStream;

/** What quantised matrices have in common. */
final class QuantisedScales {
  private QuantisedScales() {}

  /** Scales that can be divided by: 1 where everything is zero. */
  static Tensor nonZero(Tensor scales) {
    return scales.masked_fill(scales.eq(new Scalar(0)), new Scalar(1));
  }

  /** A part that copies best begin from, in the place of another. */
  static Tensor prepared(Tensor part, CopyStream copies) {
    try (PointerScope scope = new PointerScope()) {
      return copies.prepared(part).retainReference();
    } finally {
      part.close();
    }
  }

  static boolean areFinite(Tensor scales) {
    try (PointerScope scope = new PointerScope()) {
      return torch.isfinite(scales).all().item_bool();
    }
  }

  /** References that outlive every scope. */
  static List<Tensor> references(Tensor codes, Tensor scales) {
    try (PointerScope scope = new PointerScope()) {
      return List.of(new Tensor(codes).retainReference(), new Tensor(scales).retainReference());
    }
  }
}
