package org.cofitune.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Copies on a second CUDA stream, out of page-locked memory; events order them before what uses
 * them, and the allocator is told who does.
 *
 * <p>Compiled against libtorch's Java presets and never run: no machine of this project's tests has
 * a GPU. Everything above it is tested with {@link ThreadCopyStream}.
 */
final class CudaCopyStream implements CopyStream {
  private final Device device;
  private final CUDAStream stream;

  CudaCopyStream(Device device) {
    this.device = device;
    this.stream = torch_cuda.getStreamFromPool(false, device.index()).retainReference();
  }

  @Override
  public Copies begin(List<Tensor> originals) {
    List<Tensor> copies = new ArrayList<>();
    CUDAEvent done = new CUDAEvent();
    done.retainReference();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        CUDAStreamGuard guard = new CUDAStreamGuard(stream.asStream())) {
      for (Tensor original : originals) {
        copies.add(
            original
                .to(device, original.scalar_type().intern(), true, true, new MemoryFormatOptional())
                .retainReference());
        original.close(); // page-locked memory is reused only when the stream has read it
      }
      done.record(stream);
    }
    return () -> await(copies, done);
  }

  private List<Tensor> await(List<Tensor> copies, CUDAEvent done) {
    try (PointerScope scope = new PointerScope()) {
      CUDAStream computing = torch_cuda.getCurrentCUDAStream(device.index());
      done.block(computing);
      copies.forEach(copy -> copy.record_stream(computing.asStream()));
    }
    done.close();
    return copies;
  }

  @Override
  public Tensor prepared(Tensor host) {
    return host.pin_memory();
  }

  @Override
  public void close() {
    stream.synchronize();
    stream.close();
  }
}
