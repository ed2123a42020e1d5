package org.cofitune.search;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.data.DataOrder;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Region;
import org.cofitune.train.GradientEnergy;

/**
 * Promises most of a region where the speciality's loss pulls hard at weights that the
 * versatility's loss hardly pulls at. With E(m) the {@link GradientEnergy} of module m,
 *
 * <pre>promise(region) = ln( sum of E_speciality(m) / sum of E_versatility(m) )</pre>
 *
 * over the region's projections. Energies are summed before they are divided, so a module counts by
 * the part that it has in the pull, and one with next to none of either cannot decide. The number
 * of parameters cancels out: dividing both sums by it (energy per parameter) gives the same
 * promise, so regions of different size compare. Norms, biases, embedding, and output layer are not
 * measured; the whole model has the promise of all its projections.
 */
public final class GradientForecast implements Forecast {
  private final ModelConfig config;
  private final Map<String, Double> speciality;
  private final Map<String, Double> versatility;

  private GradientForecast(
      ModelConfig config, Map<String, Double> speciality, Map<String, Double> versatility) {
    this.config = config;
    this.speciality = speciality;
    this.versatility = versatility;
  }

  /**
   * Measures a model in which nothing is trainable.
   *
   * @param specialityRows rows of the new domain, at least one
   * @param versatilityRows rows of what the model can do, at least one
   * @param seed draws the rows that are measured
   */
  public static GradientForecast measure(
      LoadedModel model,
      List<TokenizedExample> specialityRows,
      List<TokenizedExample> versatilityRows,
      ForecastSettings settings,
      long seed) {
    try (GradientEnergy energy = new GradientEnergy(model.decoder())) {
      int batch = settings.forecastBatchSize();
      int rows = settings.forecastRows();
      return new GradientForecast(
          model.config(),
          finite(energy.of(sample(specialityRows, rows, seed), batch), specialityRows),
          finite(energy.of(sample(versatilityRows, rows, seed), batch), versatilityRows));
    }
  }

  private static List<TokenizedExample> sample(List<TokenizedExample> rows, int wanted, long seed) {
    DataOrder order = new DataOrder(rows.size(), Math.min(wanted, rows.size()), seed, true);
    return Arrays.stream(order.stepIndices(0)).sorted().mapToObj(rows::get).toList();
  }

  private static Map<String, Double> finite(
      Map<String, Double> energy, List<TokenizedExample> rows) {
    if (!energy.values().stream().allMatch(Double::isFinite)) {
      throw CofituneException.of(ErrorKind.TRAINING, "a gradient of the base is not a number")
          .at(rows.get(0).source())
          .expected("finite gradients of these rows")
          .found("NaN or infinity")
          .next("look at the rows, or set search.forecast: false")
          .build();
    }
    return energy;
  }

  @Override
  public double promise(Region region) {
    Set<String> names = region.parameters(config).keySet();
    double pulled = sum(speciality, names);
    double held = sum(versatility, names);
    return pulled == held ? 0 : Math.log(pulled / held);
  }

  private static double sum(Map<String, Double> energy, Set<String> names) {
    return energy.entrySet().stream()
        .filter(module -> names.contains(module.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }
}
