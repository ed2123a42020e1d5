package org.cofitune.importance;

import java.util.Arrays;

/**
 * Importance as it is measured: the accumulated gate gradient of every unit, divided by the tokens
 * counted. Only differences within a layer mean something; {@link #normalised} compares them.
 *
 * @param raw may be negative
 */
public record ImportanceVectors(UnitValues raw) {
  /** {@code I = | tanh((raw - mean) / std) |} within each kind and layer, std with n - 1. */
  public UnitImportance normalised() {
    return new UnitImportance(raw.mapLayers(ImportanceVectors::normalised));
  }

  private static double[] normalised(double[] layer) {
    double first = layer[0];
    if (Arrays.stream(layer).allMatch(x -> x == first)) {
      return new double[layer.length]; // nothing stands out; rounding of the mean must not either
    }
    double mean = Arrays.stream(layer).average().orElseThrow();
    double squares = Arrays.stream(layer).map(x -> (x - mean) * (x - mean)).sum();
    double deviation = Math.sqrt(squares / (layer.length - 1));
    // Differences can be too small to be squared: then they are no differences.
    return deviation == 0
        ? new double[layer.length]
        : Arrays.stream(layer).map(x -> Math.abs(Math.tanh((x - mean) / deviation))).toArray();
  }
}
