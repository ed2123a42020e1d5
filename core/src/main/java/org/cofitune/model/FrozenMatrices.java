package org.cofitune.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;
import org.cofitune.engine.NativeHeap;
import org.jspecify.annotations.Nullable;

/**
 * The frozen matrices that are not held on the device as they are stored. Owns them: {@link #close}
 * frees them.
 */
final class FrozenMatrices implements AutoCloseable {
  private final FrozenHolding holding;
  private final Device device;
  private final Map<String, FrozenMatrix> matrices = new LinkedHashMap<>();
  private final @Nullable CopyStream copies;
  private @Nullable LayerStream stream;

  FrozenMatrices(FrozenHolding holding, Device device) {
    this.holding = holding;
    this.device = device;
    this.copies = holding.streamed() ? CopyStream.to(device) : null;
  }

  /**
   * Takes a matrix in, before the first is asked for.
   *
   * @param source gives its stored bytes, now and later, each time in the caller's scope
   */
  void add(String name, Supplier<Tensor> source) {
    matrices.put(name, held(name, source));
    if (holding.dtype().isQuantised()) {
      NativeHeap.trim(); // float32 copies of small matrices would stay in the heap's gaps
    }
  }

  private FrozenMatrix held(String name, Supplier<Tensor> source) {
    FrozenMatrix matrix =
        holding.dtype().isQuantised()
            ? quantised(name, source)
            : new StoredMatrix(source, () -> {});
    boolean ready = copies == null || (device.is_cpu() && !holding.dtype().isQuantised());
    return ready ? matrix : matrix.prepared(copies);
  }

  private FrozenMatrix quantised(String name, Supplier<Tensor> source) {
    try (PointerScope scope = new PointerScope()) {
      Tensor stored = source.get();
      boolean here = device.is_cpu() || copies != null;
      return holding.quantised(
          name, here ? stored : stored.to(device, stored.scalar_type().intern()));
    }
  }

  boolean has(String name) {
    return matrices.containsKey(name);
  }

  /** The matrix in a type to compute in, owned by the caller's scope. */
  Tensor forUse(String name, ScalarType type) {
    FrozenMatrix matrix = matrix(name);
    if (copies != null) {
      return matrix.forUse(stream(copies).parts(ParameterNames.projectionLayer(name), name), type);
    }
    List<Tensor> parts = matrix.parts();
    try {
      return matrix.forUse(parts, type);
    } finally {
      parts.forEach(Tensor::close);
    }
  }

  /** The stored bytes, owned by the caller's scope; see {@link FrozenMatrix#stored}. */
  Tensor stored(String name) {
    return matrix(name).stored();
  }

  private FrozenMatrix matrix(String name) {
    FrozenMatrix matrix = matrices.get(name);
    if (matrix == null) {
      throw new IllegalArgumentException("no frozen matrix named " + name);
    }
    return matrix;
  }

  private LayerStream stream(CopyStream lane) {
    if (stream == null) {
      Map<Integer, Map<String, FrozenMatrix>> byLayer = new TreeMap<>();
      matrices.forEach(
          (name, matrix) ->
              byLayer
                  .computeIfAbsent(
                      ParameterNames.projectionLayer(name), layer -> new LinkedHashMap<>())
                  .put(name, matrix));
      int last = byLayer.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
      List<Map<String, FrozenMatrix>> layers = new ArrayList<>();
      for (int layer = 0; layer <= last; layer++) {
        layers.add(byLayer.getOrDefault(layer, Map.of()));
      }
      stream = new LayerStream(layers, lane);
    }
    return stream;
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
    }
    if (copies != null) {
      copies.close();
    }
    matrices.values().forEach(FrozenMatrix::close);
    matrices.clear();
  }
}
