package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.amax;
import static org.bytedeco.pytorch.global.torch.bucketize;
import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.index_select;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;
import org.cofitune.engine.HostTensors;

/**
 * Four bits a number, the sixteen values of NF4 (QLoRA, Dettmers et al. 2023, arXiv 2305.14314,
 * appendix E), one scale for each block of 64 numbers in row-major order, the last block filled up
 * with zeros. In float32:
 *
 * <pre>{@code
 * scale[b] = max |w| over block b                       (1 for a block of zeros)
 * code     = the value of NF4 nearest to w / scale[b]   (the lower of two that are as near)
 * w'       = NF4[code] * scale[b]
 * }</pre>
 *
 * So the largest number of a block is exact, and {@code |w' - w| <= 0.1520 * scale[b]}, half the
 * widest gap between two values. Scales are not quantised again: 4.5 bits a number in all.
 *
 * @param codes {@code [blocks * 32]}, uint8: the earlier number in the high half
 * @param scales {@code [blocks, 1]}, float32
 * @param rows of the matrix
 * @param columns of the matrix
 */
record Nf4Matrix(Tensor codes, Tensor scales, long rows, long columns) implements FrozenMatrix {
  /** Numbers that share a scale. */
  static final int BLOCK = 64;

  private static final int VALUES = 16;

  /** The values, ascending: quantiles of a normal distribution, with an exact zero. */
  private static final float[] NF4 = {
    -1.0f,
    -0.6961928f,
    -0.52507305f,
    -0.3949175f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0.0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1.0f
  };

  /** Quantises a matrix {@code [rows, columns]}. */
  static Nf4Matrix of(Tensor matrix) {
    long numbers = matrix.numel();
    long blocks = (numbers + BLOCK - 1) / BLOCK;
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor flat = matrix.to(ScalarType.Float).contiguous().view(numbers);
      Tensor filled =
          constant_pad_nd(flat, new long[] {0, blocks * BLOCK - numbers}).view(blocks, BLOCK);
      Tensor scales = QuantisedScales.nonZero(amax(filled.abs(), new long[] {1}, true));
      Tensor halves =
          bucketize(filled.div(scales), midpoints().to(matrix.device(), ScalarType.Float))
              .to(ScalarType.Byte)
              .view(blocks * BLOCK / 2, 2);
      Tensor codes =
          halves.select(1, 0).mul(new Scalar((byte) VALUES)).add(halves.select(1, 1)).contiguous();
      return new Nf4Matrix(
          codes.retainReference(), scales.retainReference(), matrix.size(0), matrix.size(1));
    }
  }

  /** The fifteen places between two values; a number at one goes to the lower value. */
  private static Tensor midpoints() {
    float[] midpoints = new float[VALUES - 1];
    for (int i = 0; i < midpoints.length; i++) {
      midpoints[i] = (float) (((double) NF4[i] + NF4[i + 1]) / 2);
    }
    return HostTensors.ofFloats(midpoints);
  }

  /** The two values of each byte as one 64-bit number, so that a look-up gives two at a time. */
  private static Tensor pairs() {
    float[] pairs = new float[VALUES * VALUES * 2];
    for (int code = 0; code < VALUES * VALUES; code++) {
      pairs[2 * code] = NF4[code / VALUES];
      pairs[2 * code + 1] = NF4[code % VALUES];
    }
    return HostTensors.ofFloats(pairs).view(ScalarType.Long);
  }

  @Override
  public List<Tensor> parts() {
    return QuantisedScales.references(codes, scales);
  }

  @Override
  public MatrixForm form() {
    return form(rows, columns);
  }

  /** Keeps no reference to the codes. */
  private static MatrixForm form(long rows, long columns) {
    return (parts, type) -> dequantised(parts, rows, columns, type);
  }

  private static Tensor dequantised(List<Tensor> parts, long rows, long columns, ScalarType type) {
    PointerScope outer = PointerScope.getInnerScope();
    Tensor scale = parts.get(1);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values =
          index_select(
                  pairs().to(scale.device(), ScalarType.Long), 0, parts.get(0).to(ScalarType.Int))
              .view(ScalarType.Float)
              .view(scale.size(0), BLOCK)
              .mul_(scale);
      Tensor matrix = values.view(-1).narrow(0, 0, rows * columns).view(rows, columns).to(type);
      if (outer == null) {
        return matrix.retainReference();
      }
      outer.attach(matrix);
      return matrix;
    }
  }

  @Override
  public Tensor stored() {
    throw new IllegalStateException("held in nf4: the stored bytes are in the checkpoint only");
  }

  @Override
  public FrozenMatrix prepared(CopyStream copies) {
    return new Nf4Matrix(
        QuantisedScales.prepared(codes, copies),
        QuantisedScales.prepared(scales, copies),
        rows,
        columns);
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
