package org.cofitune.model;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;

/**
 * A matrix in the bytes of the checkpoint.
 *
 * @param source gives it, owned by the caller's scope: from the file each time, so that no page
 *     stays in memory, or from where it is held
 * @param release frees what the source holds
 */
record StoredMatrix(Supplier<Tensor> source, Runnable release) implements FrozenMatrix {

  @Override
  public List<Tensor> parts() {
    try (PointerScope scope = new PointerScope()) {
      return List.of(source.get().retainReference());
    }
  }

  @Override
  public MatrixForm form() {
    return StoredMatrix::widened;
  }

  private static Tensor widened(List<Tensor> parts, ScalarType type) {
    Tensor part = parts.get(0);
    return part.scalar_type().intern() == type ? new Tensor(part) : part.to(type);
  }

  @Override
  public Tensor stored() {
    return source.get();
  }

  @Override
  public FrozenMatrix prepared(CopyStream copies) {
    Tensor locked = QuantisedScales.prepared(parts().get(0), copies);
    close();
    return new StoredMatrix(() -> new Tensor(locked), locked::close);
  }

  @Override
  public boolean isFinite() {
    try (PointerScope scope = new PointerScope()) {
      return torch.isfinite(source.get()).all().item_bool();
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
