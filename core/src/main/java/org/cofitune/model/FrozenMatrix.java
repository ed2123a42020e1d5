package org.cofitune.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;

/**
 * A frozen matrix as it is held between uses. Its parts may be copied to another device; its {@link
 * #form} makes the matrix of them there. Owns its tensors: {@link #close} frees them.
 */
sealed interface FrozenMatrix extends AutoCloseable permits StoredMatrix, Int8Matrix, Nf4Matrix {

  /** References to the tensors that it consists of; the caller closes them. */
  List<Tensor> parts();

  /** Makes the matrix of its parts. */
  MatrixForm form();

  /** The matrix {@code [rows, columns]}; see {@link MatrixForm#forUse}. */
  default Tensor forUse(List<Tensor> parts, ScalarType type) {
    return form().forUse(parts, type);
  }

  /**
   * The stored bytes.
   *
   * @throws IllegalStateException where they are no longer there, because it is quantised
   */
  Tensor stored();

  /** The same with parts that copies best begin from; this one is no longer used. */
  FrozenMatrix prepared(CopyStream copies);

  /** Whether no value is a NaN or an infinity. */
  boolean isFinite();

  @Override
  void close();
}
