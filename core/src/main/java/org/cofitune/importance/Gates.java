package org.cofitune.importance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;

/**
 * Virtual gates: a one per unit that multiplies what the unit gives. They change nothing and exist
 * for their gradients, which both passes of a batch add to.
 */
final class Gates implements AutoCloseable {
  private final Map<UnitKind, List<Tensor>> leaves = new EnumMap<>(UnitKind.class);

  Gates(ModelConfig config, Parameters parameters) {
    ScalarType type = parameters.precision().master().scalarType();
    for (UnitKind kind : UnitKind.values()) {
      List<Tensor> layers = new ArrayList<>();
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor leaf =
              torch.ones(
                  new long[] {kind.units(config)},
                  torch.dtype(type).device(new DeviceOptional(parameters.device())));
          leaf.requires_grad_(true);
          layers.add(leaf.retainReference());
        }
      }
      leaves.put(kind, layers);
    }
  }

  /** The gates of a layer, {@code [units]}. */
  Tensor of(UnitKind kind, int layer) {
    return leaves.get(kind).get(layer);
  }

  /** The gradients since the last call; the next ones begin at zero. */
  UnitValues takeGradients() {
    Map<UnitKind, double[][]> gradients = new EnumMap<>(UnitKind.class);
    leaves.forEach(
        (kind, layers) -> {
          double[][] rows = new double[layers.size()][];
          for (int layer = 0; layer < rows.length; layer++) {
            Tensor leaf = layers.get(layer);
            try (PointerScope scope = new PointerScope()) {
              Tensor gradient = new Tensor(leaf.grad());
              rows[layer] =
                  gradient.defined()
                      ? HostTensors.toDoubles(gradient)
                      : new double[Math.toIntExact(leaf.numel())];
            }
            leaf.mutable_grad().reset();
          }
          gradients.put(kind, rows);
        });
    return new UnitValues(gradients);
  }

  @Override
  public void close() {
    leaves.values().forEach(layers -> layers.forEach(Tensor::close));
    leaves.clear();
  }
}
