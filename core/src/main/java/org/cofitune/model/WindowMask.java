package org.cofitune.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The mask of causal sliding-window attention: token i sees tokens i - window + 1 ... i. The mask
 * of a short sequence is a corner of the mask of a longer one, so only the largest is kept.
 */
final class WindowMask implements AutoCloseable {
  private static final int BLOCK = 512;

  private final int window;
  private final Device device;
  private @Nullable Tensor largest;

  WindowMask(int window, Device device) {
    this.window = window;
    this.device = device;
  }

  /** The mask {@code [length, length]}, true where a token (row) sees another (column). */
  Tensor ofLength(long length) {
    Tensor mask = largest;
    if (mask == null || mask.size(0) < length) {
      close();
      mask = make((length + BLOCK - 1) / BLOCK * BLOCK);
      largest = mask;
    }
    return mask.narrow(0, 0, length).narrow(1, 0, length);
  }

  private Tensor make(long size) {
    try (PointerScope scope = new PointerScope()) {
      Tensor ones =
          torch.ones(
              new long[] {size, size},
              torch.dtype(ScalarType.Bool).device(new DeviceOptional(device)));
      return torch.tril(ones, 0).logical_and(torch.triu(ones, 1L - window)).retainReference();
    }
  }

  @Override
  public void close() {
    if (largest != null) {
      largest.close();
      largest = null;
    }
  }
}
