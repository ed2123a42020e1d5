package org.cofitune.engine;

import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Copies tensors from the host to a device while that device computes something else.
 *
 * <pre>{@code
 * try (CopyStream stream = CopyStream.to(device)) {
 *   CopyStream.Copies next = stream.begin(hostTensors);
 *   compute();
 *   List<Tensor> onDevice = next.await();
 * }
 * }</pre>
 */
public sealed interface CopyStream extends AutoCloseable permits ThreadCopyStream, CudaCopyStream {

  /** Copies that were begun. */
  interface Copies {
    /**
     * The copies, in the order of their originals, ready for what is computed next. The caller owns
     * them; once.
     */
    List<Tensor> await();
  }

  /** A stream to a device: a thread where that is the CPU, a second CUDA stream where it is not. */
  static CopyStream to(Device device) {
    return device.is_cpu() ? new ThreadCopyStream() : new CudaCopyStream(device);
  }

  /**
   * Begins to copy.
   *
   * @param originals taken over: closed as soon as they are copied
   */
  Copies begin(List<Tensor> originals);

  /**
   * A tensor as copies best begin from: where the device is a GPU, page-locked. Owned by the
   * caller's scope.
   */
  Tensor prepared(Tensor host);

  @Override
  void close();
}
