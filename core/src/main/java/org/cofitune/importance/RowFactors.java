package org.cofitune.importance;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Projection;

/**
 * What the soft mask leaves of every output row of a parameter: {@code 1 - strength * I} of the
 * row's unit. A projection's bias has the factors of its rows.
 */
public final class RowFactors {
  private final Map<String, double[]> factors = new LinkedHashMap<>();

  /**
   * The factors of a whole model.
   *
   * @throws IllegalArgumentException if the importance is of a model of another shape
   */
  public RowFactors(ModelConfig config, UnitImportance importance, SoftMaskSettings settings) {
    if (!importance.values().fits(config)) {
      throw new IllegalArgumentException("importance of a model of another shape");
    }
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (Map.Entry<Projection, UnitKind> rule : settings.rules().kinds().entrySet()) {
        Projection projection = rule.getKey();
        double[] units = units(config, importance, rule, layer);
        int rowsPerUnit = config.rows(projection) / units.length;
        double[] rows = new double[config.rows(projection)];
        Arrays.setAll(rows, row -> 1 - settings.strength() * units[row / rowsPerUnit]);
        factors.put(projection.weight(layer), rows);
        if (config.hasBias(projection)) {
          factors.put(projection.bias(layer), rows);
        }
      }
    }
  }

  private static double[] units(
      ModelConfig config,
      UnitImportance importance,
      Map.Entry<Projection, UnitKind> rule,
      int layer) {
    return switch (rule.getKey()) {
      case K_PROJ, V_PROJ -> importance.keyValueHeads(layer, config.attention().groupSize());
      default -> importance.values().layer(rule.getValue(), layer);
    };
  }

  /** Whether the rules name this parameter. */
  public boolean isMasked(String parameter) {
    return factors.containsKey(parameter);
  }

  /** The factors of a parameter, {@code [rows]}; empty where it is not masked. */
  public Optional<double[]> of(String parameter) {
    return Optional.ofNullable(factors.get(parameter)).map(double[]::clone);
  }

  /**
   * How much of some parameters the mask reaches, so that a mask without effect is seen before
   * anything is trained.
   *
   * @param parameters names of the parameters to be trained
   */
  public MaskCoverage coverage(Collection<String> parameters) {
    int masked = 0;
    long rows = 0;
    double kept = 0;
    for (String parameter : parameters) {
      double[] rowFactors = factors.get(parameter);
      if (rowFactors != null) {
        masked++;
        rows += rowFactors.length;
        kept += Arrays.stream(rowFactors).sum();
      }
    }
    return new MaskCoverage(masked, parameters.size() - masked, rows == 0 ? 1 : kept / rows);
  }
}
