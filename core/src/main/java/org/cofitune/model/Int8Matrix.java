package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.amax;
import static org.bytedeco.pytorch.global.torch.round;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;

/**
 * Eight bits a number, symmetric about zero, one scale for each output row, as in LLM.int8()
 * (Dettmers et al. 2022, arXiv 2208.07339, section 2) without its outliers. In float32:
 *
 * <pre>{@code
 * scale[r]   = max_c |w[r, c]| / 127        (1 for a row of zeros)
 * code[r, c] = round(w[r, c] / scale[r])    half to even, -127 ... 127
 * w'[r, c]   = code[r, c] * scale[r]
 * }</pre>
 *
 * So {@code |w' - w| <= scale[r] / 2}, but for float32's rounding.
 *
 * @param codes {@code [rows, columns]}, int8
 * @param scales {@code [rows, 1]}, float32
 */
record Int8Matrix(Tensor codes, Tensor scales) implements FrozenMatrix {
  private static final double LARGEST_CODE = 127;

  /** Quantises a matrix {@code [rows, columns]}. */
  static Int8Matrix of(Tensor matrix) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor wide = matrix.to(ScalarType.Float);
      Tensor largest = amax(wide.abs(), new long[] {1}, true);
      Tensor scales = QuantisedScales.nonZero(largest.div(new Scalar(LARGEST_CODE)));
      Tensor codes = round(wide.div(scales)).to(ScalarType.Char);
      return new Int8Matrix(codes.retainReference(), scales.retainReference());
    }
  }

  @Override
  public List<Tensor> parts() {
    return QuantisedScales.references(codes, scales);
  }

  @Override
  public MatrixForm form() {
    return Int8Matrix::dequantised;
  }

  private static Tensor dequantised(List<Tensor> parts, ScalarType type) {
    return torch.mul(parts.get(0).to(ScalarType.Float), parts.get(1)).to(type);
  }

  @Override
  public Tensor stored() {
    throw new IllegalStateException("held in int8: the stored bytes are in the checkpoint only");
  }

  @Override
  public FrozenMatrix prepared(CopyStream copies) {
    return new Int8Matrix(
        QuantisedScales.prepared(codes, copies), QuantisedScales.prepared(scales, copies));
  }

  /** A number that is none makes the scale of its row or block none. */
  @Override
  public boolean isFinite() {
    return QuantisedScales.areFinite(scales);
  }

  @Override
  public void close() {
    codes.close();
    scales.close();
  }
}
