package org.cofitune.engine;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Copies that go to the host and come back bit for bit, for what a device need not hold all the
 * time. Where the device is the CPU itself they are copies all the same, so that one path is
 * computed everywhere. The copies wait for each other; only frozen weights have a {@link
 * CopyStream}.
 */
public final class HostMemory {
  /** Bytes; an address that is a multiple of it suits every instruction of a CPU. */
  public static final long ALIGNMENT = 64;

  private HostMemory() {}

  /**
   * Bytes that a tensor on the host lies behind a multiple of {@link #ALIGNMENT}, as a file's
   * header has it where it is mapped; 0 on a GPU. A matrix product of few rows may round otherwise
   * where a matrix lies otherwise, so whoever copies one and wants the same bits keeps it.
   */
  public static long misalignment(Tensor tensor) {
    return tensor.device().is_cpu() ? tensor.data_ptr().address() % ALIGNMENT : 0;
  }

  /**
   * A copy of a tensor on the host that lies as far behind a multiple of {@link #ALIGNMENT}, owned
   * by the caller's scope, or by the caller where there is none.
   */
  public static Tensor alikeCopyOf(Tensor tensor) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      long bytes = tensor.numel() * tensor.element_size();
      Tensor room =
          torch.empty(
              new long[] {bytes + ALIGNMENT},
              torch.dtype(ScalarType.Byte),
              new MemoryFormatOptional());
      long behind = Math.floorMod(misalignment(tensor) - misalignment(room), ALIGNMENT);
      Tensor copy =
          room.narrow(0, behind, bytes)
              .view(tensor.scalar_type().intern())
              .view(tensor.sizes().vec().get());
      copy.copy_(tensor);
      if (outer == null) {
        return copy.retainReference();
      }
      outer.attach(copy);
      return copy;
    }
  }

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
