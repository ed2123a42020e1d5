package org.cofitune.analyze;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.Projection;
import org.jspecify.annotations.Nullable;

/**
 * How far training moved each weight: {@code ||W' - W||_F / ||W||_F}, 0 where it is frozen, null
 * where the base's weight is zero.
 *
 * @param projections names of the columns of {@code relative}
 * @param relative for each layer, its projections
 * @param other every other tensor that moved, by name
 */
public record Drift(
    List<String> projections,
    List<List<@Nullable Double>> relative,
    Map<String, @Nullable Double> other) {
  /** Numbers that are widened at a time; 32 MiB in float64. */
  private static final long CHUNK_ELEMENTS = 1L << 22;

  public Drift {
    projections = List.copyOf(projections);
    relative = List.copyOf(relative);
    other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
  }

  /** Measures every tensor that differs. */
  public static Drift of(ModelPair pair) {
    List<String> columns = new ArrayList<>();
    Set<String> others = new TreeSet<>(pair.changed());
    for (Projection projection : Projection.values()) {
      columns.add(projection.shortName());
    }
    List<List<@Nullable Double>> relative = new ArrayList<>();
    for (int layer = 0; layer < pair.config().numHiddenLayers(); layer++) {
      List<@Nullable Double> row = new ArrayList<>();
      for (Projection projection : Projection.values()) {
        String name = projection.weight(layer);
        row.add(others.remove(name) ? measure(pair, name) : Double.valueOf(0));
      }
      relative.add(Collections.unmodifiableList(row));
    }
    Map<String, @Nullable Double> other = new LinkedHashMap<>();
    for (String name : pair.changed()) {
      if (others.contains(name)) {
        other.put(name, measure(pair, name));
      }
    }
    return new Drift(columns, relative, other);
  }

  private static @Nullable Double measure(ModelPair pair, String name) {
    double change = 0;
    double size = 0;
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor base = pair.baseTensor(name).flatten();
      Tensor tuned = pair.tunedTensor(name).flatten();
      for (long start = 0; start < base.numel(); start += CHUNK_ELEMENTS) {
        long count = Math.min(CHUNK_ELEMENTS, base.numel() - start);
        try (PointerScope inner = new PointerScope()) {
          Tensor before = base.narrow(0, start, count).to(ScalarType.Double);
          Tensor moved = tuned.narrow(0, start, count).to(ScalarType.Double).sub_(before);
          change += moved.dot(moved).item_double();
          size += before.dot(before).item_double();
        }
      }
    }
    return size > 0 ? Math.sqrt(change / size) : null;
  }
}
