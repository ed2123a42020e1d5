package org.cofitune.importance;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.cofitune.model.ModelConfig;

/** One number per unit of every layer, for each kind of unit. Immutable. */
public final class UnitValues {
  private final Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);

  /**
   * Copies numbers.
   *
   * @param values for every kind, {@code [layers][units]}
   */
  public UnitValues(Map<UnitKind, double[][]> values) {
    for (UnitKind kind : UnitKind.values()) {
      double[][] rows = values.get(kind);
      if (rows == null) {
        throw new IllegalArgumentException("no values for " + kind);
      }
      this.values.put(kind, Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new));
    }
  }

  /** Zero for every unit of a model. */
  public static UnitValues zeros(ModelConfig config) {
    Map<UnitKind, double[][]> zeros = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      zeros.put(kind, new double[config.numHiddenLayers()][kind.units(config)]);
    }
    return new UnitValues(zeros);
  }

  /** Number of layers. */
  public int layers() {
    return values.get(UnitKind.HEAD).length;
  }

  /** Units of a kind in one layer. */
  public int units(UnitKind kind) {
    return values.get(kind)[0].length;
  }

  /** The numbers of one layer, {@code [units]}; a copy. */
  public double[] layer(UnitKind kind, int layer) {
    return values.get(kind)[layer].clone();
  }

  /** All numbers of a kind in row-major order, {@code [layers * units]}; a copy. */
  public double[] flat(UnitKind kind) {
    return Arrays.stream(values.get(kind)).flatMapToDouble(Arrays::stream).toArray();
  }

  /** All numbers, kind after kind as {@link #flat(UnitKind)} gives them; a copy. */
  double[] flat() {
    return Arrays.stream(UnitKind.values())
        .flatMapToDouble(kind -> Arrays.stream(flat(kind)))
        .toArray();
  }

  /** Values of the same shape with the numbers that {@link #flat()} gave. */
  UnitValues withFlat(double[] numbers) {
    Map<UnitKind, double[][]> read = new EnumMap<>(UnitKind.class);
    int at = 0;
    for (UnitKind kind : UnitKind.values()) {
      double[][] rows = new double[layers()][];
      for (int layer = 0; layer < rows.length; layer++) {
        rows[layer] = Arrays.copyOfRange(numbers, at, at + units(kind));
        at += units(kind);
      }
      read.put(kind, rows);
    }
    return new UnitValues(read);
  }

  /** Whether the shapes are those of a model's units. */
  public boolean fits(ModelConfig config) {
    return values.entrySet().stream()
        .allMatch(
            entry ->
                entry.getValue().length == config.numHiddenLayers()
                    && Arrays.stream(entry.getValue())
                        .allMatch(row -> row.length == entry.getKey().units(config)));
  }

  /** Whether no number is NaN or infinite. */
  public boolean isFinite() {
    return values.values().stream()
        .flatMap(Arrays::stream)
        .flatMapToDouble(Arrays::stream)
        .allMatch(Double::isFinite);
  }

  /** Applies a function to every number. */
  public UnitValues map(DoubleUnaryOperator function) {
    return mapLayers(row -> Arrays.stream(row).map(function).toArray());
  }

  /** Applies a function to the numbers of each kind in each layer. */
  public UnitValues mapLayers(UnaryOperator<double[]> function) {
    Map<UnitKind, double[][]> mapped = new EnumMap<>(UnitKind.class);
    values.forEach(
        (kind, rows) ->
            mapped.put(
                kind,
                Arrays.stream(rows)
                    .map(row -> function.apply(row.clone()))
                    .toArray(double[][]::new)));
    return new UnitValues(mapped);
  }

  /** Combines every number with its counterpart; shapes must agree. */
  public UnitValues combine(UnitValues other, DoubleBinaryOperator operator) {
    Map<UnitKind, double[][]> combined = new EnumMap<>(UnitKind.class);
    values.forEach(
        (kind, rows) -> {
          if (other.layers() != layers() || other.units(kind) != units(kind)) {
            throw new IllegalArgumentException("values of models of different shapes");
          }
          double[][] others = other.values.get(kind);
          double[][] results = new double[rows.length][];
          for (int layer = 0; layer < rows.length; layer++) {
            double[] result = rows[layer].clone();
            for (int unit = 0; unit < result.length; unit++) {
              result[unit] = operator.applyAsDouble(result[unit], others[layer][unit]);
            }
            results[layer] = result;
          }
          combined.put(kind, results);
        });
    return new UnitValues(combined);
  }

  /** Element-wise sum. */
  public UnitValues plus(UnitValues other) {
    return combine(other, Double::sum);
  }
}
