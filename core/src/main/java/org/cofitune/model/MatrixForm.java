package org.cofitune.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How a matrix is made of its parts, of which it holds none: they may come from elsewhere. */
@FunctionalInterface
interface MatrixForm {
  /**
   * The matrix {@code [rows, columns]}, owned by the caller's scope.
   *
   * @param parts in the order of {@link FrozenMatrix#parts}, wherever they are
   * @param type to compute in
   */
  Tensor forUse(List<Tensor> parts, ScalarType type);
}
