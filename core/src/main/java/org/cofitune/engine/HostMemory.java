package org.cofitune.engine;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Copies that go to the host and come back bit for bit, for what a device need not hold all the
 * time. Where the device is the CPU itself they are copies all the same, so that one path is
 * computed everywhere. The copies wait for each other; only frozen weights have a {@link
 * CopyStream}.
 */
public final class HostMemory {
  private HostMemory() {}

  /** A copy on the host, owned by the caller's scope. */
  public static Tensor copyOf(Tensor tensor) {
    try (Device host = new Device(DeviceType.CPU)) {
      return copyTo(host, tensor);
    }
  }

  /** A copy on a device, owned by the caller's scope. */
  public static Tensor copyTo(Device device, Tensor tensor) {
    return tensor
        .detach()
        .to(device, tensor.scalar_type().intern(), false, true, new MemoryFormatOptional());
  }

  /** Zeros on the host in the shape and type of a tensor, owned by the caller's scope. */
  public static Tensor zerosLike(Tensor tensor) {
    return torch.zeros(tensor.sizes().vec().get(), torch.dtype(tensor.scalar_type().intern()));
  }
}
