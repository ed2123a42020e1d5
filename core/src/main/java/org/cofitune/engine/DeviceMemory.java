package org.cofitune.engine;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * A GPU's own memory, as libtorch's caching allocator counts it; the CPU's is {@link
 * ProcessMemory}.
 */
public final class DeviceMemory {
  private DeviceMemory() {}

  /** Bytes of tensors on a GPU that this process holds now; zero for the CPU. */
  public static long allocated(Device device) {
    if (!device.is_cuda()) {
      return 0; // nothing of CUDA is loaded
    }
    try (PointerScope scope = new PointerScope()) {
      return torch_cuda.getAllocator().getDeviceStats(device.index()).allocated_bytes().current();
    }
  }
}
