package org.cofitune.pipeline;

import java.util.Set;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Projection;
import org.cofitune.model.Region;

/**
 * Arithmetic of training, counted from the architecture: two operations for each multiply and add
 * of the matrix products. Norms, activations, and attention scores are left out; for rows shorter
 * than the hidden size they are a few per cent.
 *
 * @param perToken operations for each token of a row
 * @param perSupervisedToken operations more for each token that the loss counts
 */
public record WorkEstimate(double perToken, double perSupervisedToken) {
  /** In the last layer these are computed only where the loss reads the result. */
  private static final Set<Projection> BEHIND_ATTENTION =
      Set.of(Projection.O_PROJ, Projection.GATE_PROJ, Projection.UP_PROJ, Projection.DOWN_PROJ);

  /**
   * Counts for a region.
   *
   * @param recompute whether each layer runs again on the way back
   */
  public static WorkEstimate of(ModelConfig config, Region region, boolean recompute) {
    return of(config, TrainedShare.of(config, region), recompute);
  }

  /** Counts for what a method trains; the products with adapters are left out, too. */
  static WorkEstimate of(ModelConfig config, TrainedShare share, boolean recompute) {
    double perToken = 0;
    double perSupervised = 0;
    int last = config.numHiddenLayers() - 1;
    Set<String> trained = share.masters();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (Projection projection : Projection.values()) {
        double product = 2.0 * config.rows(projection) * config.columns(projection);
        double products = product;
        if (layer >= share.lowestLayer()) {
          products += recompute && layer < last ? 2 * product : product;
        }
        if (trained.contains(projection.weight(layer))) {
          products += product;
        }
        if (layer == last && BEHIND_ATTENTION.contains(projection)) {
          perSupervised += products;
        } else {
          perToken += products;
        }
      }
    }
    double output = 2.0 * config.vocabSize() * config.hiddenSize();
    String outputWeight =
        config.tieWordEmbeddings() ? ParameterNames.EMBEDDING : ParameterNames.OUTPUT;
    perSupervised += output * (trained.contains(outputWeight) ? 3 : 2);
    return new WorkEstimate(perToken, perSupervised);
  }

  /** Operations for so many tokens. */
  public double operations(double tokens, double supervisedTokens) {
    return perToken * tokens + perSupervisedToken * supervisedTokens;
  }
}
