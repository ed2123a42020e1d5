package org.cofitune.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.CopyStream;
import org.cofitune.engine.NativeHeap;
import org.cofitune.engine.ranks.ProcessGroup;
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
  private final Map<String, Supplier<Tensor>> sources = new LinkedHashMap<>();
  private final @Nullable ShardedLayers shards;
  private @Nullable LayerStream stream;

  FrozenMatrices(FrozenHolding holding, Device device, ProcessGroup group) {
    this.holding = holding;
    this.device = device;
    this.shards = holding.sharded() ? new ShardedLayers(group, device, holding.streamed()) : null;
    this.copies = holding.streamed() && shards == null ? CopyStream.to(device) : null;
  }

  /**
   * Takes a matrix in, before the first is asked for.
   *
   * @param source gives its stored bytes, now and later, each time in the caller's scope
   */
  void add(String name, Supplier<Tensor> source) {
    if (shards != null) {
      sources.put(name, source);
      return;
    }
    matrices.put(name, held(name, source));
    if (holding.dtype().isQuantised()) {
      NativeHeap.trim(); // float32 copies of small matrices would stay in the heap's gaps
    }
  }

  /** Tells that all were taken in: layer by layer, each process keeps its share of them. */
  void complete() {
    if (shards == null) {
      return;
    }
    for (Map.Entry<Integer, List<String>> layer : byLayer(sources.keySet()).entrySet()) {
      Map<String, FrozenMatrix> whole = new LinkedHashMap<>();
      try {
        layer.getValue().forEach(name -> whole.put(name, held(name, source(name))));
        shards.add(layer.getKey(), whole);
      } finally {
        whole.values().forEach(FrozenMatrix::close);
      }
      NativeHeap.trim();
    }
  }

  private static Map<Integer, List<String>> byLayer(Collection<String> names) {
    return names.stream()
        .collect(
            Collectors.groupingBy(
                ParameterNames::projectionLayer, TreeMap::new, Collectors.toList()));
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
      boolean here = device.is_cpu() || holding.streamed();
      return holding.quantised(
          name, here ? stored : stored.to(device, stored.scalar_type().intern()));
    }
  }

  boolean has(String name) {
    return matrices.containsKey(name) || sources.containsKey(name);
  }

  /** Begins a pass through layers in this order; see {@link LayerPass}. */
  LayerPass pass(List<Integer> layers) {
    return shards == null ? LayerPass.FREE : shards.begin(layers);
  }

  /** The matrix in a type to compute in, owned by the caller's scope. */
  Tensor forUse(String name, ScalarType type) {
    if (shards != null) {
      return shards.forUse(ParameterNames.projectionLayer(name), name, type);
    }
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
    if (shards == null) {
      return matrix(name).stored();
    }
    if (holding.dtype().isQuantised()) {
      throw new IllegalStateException(
          "held quantised: the stored bytes are in the checkpoint only");
    }
    return source(name).get();
  }

  /** Whether no value is a NaN or an infinity; asks no other process. */
  boolean isFinite(String name) {
    if (shards == null) {
      return matrix(name).isFinite();
    }
    if (holding.dtype().isQuantised()) {
      return true; // or it would have been refused while it was quantised
    }
    try (PointerScope scope = new PointerScope()) {
      return torch.isfinite(source(name).get()).all().item_bool();
    }
  }

  private Supplier<Tensor> source(String name) {
    Supplier<Tensor> source = sources.get(name);
    if (source == null) {
      throw unknown(name);
    }
    return source;
  }

  private FrozenMatrix matrix(String name) {
    FrozenMatrix matrix = matrices.get(name);
    if (matrix == null) {
      throw unknown(name);
    }
    return matrix;
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("no frozen matrix named " + name);
  }

  private LayerStream stream(CopyStream lane) {
    if (stream == null) {
      Map<Integer, List<String>> byLayer = byLayer(matrices.keySet());
      int last = byLayer.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
      List<Map<String, FrozenMatrix>> layers = new ArrayList<>();
      for (int layer = 0; layer <= last; layer++) {
        Map<String, FrozenMatrix> own = new LinkedHashMap<>();
        byLayer.getOrDefault(layer, List.of()).forEach(name -> own.put(name, matrix(name)));
        layers.add(own);
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
    if (shards != null) {
      shards.close();
    }
    matrices.values().forEach(FrozenMatrix::close);
    matrices.clear();
    sources.clear();
  }
}
