package org.cofitune.engine;

import static org.bytedeco.pytorch.global.torch.getDefaultCPUGenerator;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Saves and restores libtorch's CPU random number generator, so that a resumed run draws on. */
public final class RandomState {
  private RandomState() {}

  /** The generator's state, as opaque bytes. */
  public static byte[] capture() {
    try (PointerScope scope = new PointerScope()) {
      Tensor state = getDefaultCPUGenerator().get_state();
      byte[] bytes = new byte[Math.toIntExact(state.numel())];
      new BytePointer(state.data_ptr_byte()).get(bytes);
      return bytes;
    }
  }

  /**
   * Restores what {@link #capture} returned, in this or another process.
   *
   * @throws IllegalArgumentException where it is no state of this generator
   */
  public static void restore(byte[] bytes) {
    try (PointerScope scope = new PointerScope()) {
      getDefaultCPUGenerator().set_state(Tensor.create(bytes, false, bytes.length));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("no state of the generator", e);
    }
  }
}
