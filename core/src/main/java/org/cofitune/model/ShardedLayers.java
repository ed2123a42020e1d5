package org.cofitune.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.ranks.ProcessGroup;
import org.jspecify.annotations.Nullable;

/**
 * The frozen matrices of a run's processes, of which each holds its share and gathers the layers
 * one after the other: ZeRO's stage 3 for weights that are not trained. Two layers are whole at
 * most, the one in use and the next, which is gathered meanwhile, but for what a backward pass
 * still refers to.
 *
 * <p>Owns the shares: {@link #close} frees them. Not thread-safe.
 */
final class ShardedLayers implements AutoCloseable {
  private static final int NONE = -1;

  private final ProcessGroup group;
  private final Device device;
  private final boolean onHost;
  private final Map<Integer, LayerShard> layers = new TreeMap<>();
  private List<Integer> route = List.of();
  private int gathered;
  private int current = NONE;
  private Map<String, LayerShard.Gathered> present = Map.of();
  private LayerShard.@Nullable Coming coming;

  /**
   * No layer yet.
   *
   * @param onHost whether shares wait on the host, and come to the device before they are gathered
   */
  ShardedLayers(ProcessGroup group, Device device, boolean onHost) {
    this.group = group;
    this.device = device;
    this.onHost = onHost;
  }

  /** Takes this process's share of a layer's matrices, which stay the caller's. */
  void add(int layer, Map<String, FrozenMatrix> whole) {
    try (Device host = new Device(DeviceType.CPU)) {
      Device place = onHost ? host : device;
      layers.put(layer, LayerShard.of(whole, group.rank(), group.size(), place));
    }
  }

  /** Bytes of all shares that this process holds. */
  long bytes() {
    return layers.values().stream().mapToLong(LayerShard::bytes).sum();
  }

  /**
   * Begins a pass; every process of the group calls it, with the same layers.
   *
   * @param order of the layers; those without a frozen matrix are left out
   */
  LayerPass begin(List<Integer> order) {
    if (gathered < route.size()) {
      throw new IllegalStateException("a pass is under way, before layer " + route.get(gathered));
    }
    List<Integer> stops = new ArrayList<>();
    for (int layer : order) {
      boolean stays = !stops.isEmpty() && stops.get(stops.size() - 1) == layer;
      if (layers.containsKey(layer) && !stays) {
        stops.add(layer);
      }
    }
    route = stops;
    gathered = 0;
    coming = next();
    return new LayerPass() {
      @Override
      public void arrive(int layer) {
        if (layers.containsKey(layer) && layer != current) {
          enter(layer);
        }
      }

      @Override
      public void end() {
        ShardedLayers.this.end();
      }
    };
  }

  private LayerShard.@Nullable Coming next() {
    LayerShard shard = gathered < route.size() ? layers.get(route.get(gathered)) : null;
    return shard == null ? null : shard.gather(group, device);
  }

  /** The matrix in a type to compute in, owned by the caller's scope. */
  Tensor forUse(int layer, String name, ScalarType type) {
    if (layer != current) {
      enter(layer);
    }
    LayerShard.Gathered matrix = present.get(name);
    if (matrix == null) {
      throw new IllegalArgumentException("layer " + layer + " shares no " + name);
    }
    return matrix.form().forUse(matrix.parts(), type);
  }

  private void enter(int layer) {
    if (coming == null || route.get(gathered) != layer) {
      throw new IllegalStateException(
          "layer %d is asked for where %s is next"
              .formatted(layer, coming == null ? "none" : "layer " + route.get(gathered)));
    }
    release();
    present = coming.await();
    current = layer;
    gathered++;
    coming = next();
  }

  private void end() {
    if (gathered < route.size()) {
      throw new IllegalStateException("layer " + route.get(gathered) + " was left out");
    }
    release();
  }

  private void release() {
    present.values().forEach(LayerShard.Gathered::close);
    present = Map.of();
    current = NONE;
  }

  @Override
  public void close() {
    release();
    layers.values().forEach(LayerShard::close);
    layers.clear();
  }
}
