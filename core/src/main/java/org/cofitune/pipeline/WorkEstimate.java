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
 * @param perTokenBelow those of them that the layers below the lowest trained one do, which a cache
 *     of their results saves
 * @param perSupervisedToken operations more for each token that the loss counts
 */
public record WorkEstimate(double perToken, double perTokenBelow, double perSupervisedToken) {
  /**
   * The share of a plain matrix product's speed that training steps reach: the roofline share of
   * docs/performance.md, 0.54 to 0.65 for regions, all parameters, and LoRA on a CPU.
   */
  public static final double SPEED_SHARE = 0.6;

  private static final int BEFORE_ATTENTION = -1;
  private static final int NOWHERE = Integer.MAX_VALUE;

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
    double below = 0;
    double perSupervised = 0;
    int last = config.numHiddenLayers() - 1;
    Set<String> trained = share.masters();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      int begin = layer < share.lowestLayer() ? NOWHERE : begin(share.changed(), layer);
      for (Projection projection : Projection.values()) {
        double product = 2.0 * config.rows(projection) * config.columns(projection);
        double products = product;
        if (layer >= share.lowestLayer() && recompute && layer < last) {
          products += product;
        }
        if (layer > share.lowestLayer() || order(projection) > begin) {
          products += product; // the gradient of its input
        }
        if (trained.contains(projection.weight(layer))) {
          products += product;
        }
        if (layer < share.lowestLayer()) {
          below += products;
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
    return new WorkEstimate(perToken, below, perSupervised);
  }

  /**
   * Where in a layer the first parameter is trained: what comes later gets its input's gradient.
   */
  private static int begin(Set<String> changed, int layer) {
    if (changed.contains(ParameterNames.inputNorm(layer))) {
      return BEFORE_ATTENTION;
    }
    int begin = NOWHERE;
    for (Projection projection : Projection.values()) {
      if (changed.contains(projection.weight(layer))) {
        begin = Math.min(begin, order(projection));
      }
    }
    boolean norm = changed.contains(ParameterNames.postAttentionNorm(layer));
    return norm ? Math.min(begin, order(Projection.O_PROJ)) : begin;
  }

  private static int order(Projection projection) {
    return switch (projection) {
      case Q_PROJ, K_PROJ, V_PROJ -> 0;
      case O_PROJ -> 1;
      case GATE_PROJ, UP_PROJ -> 2;
      case DOWN_PROJ -> 3;
    };
  }

  /** Operations for so many tokens. */
  public double operations(double tokens, double supervisedTokens) {
    return perToken * tokens + perSupervisedToken * supervisedTokens;
  }
}
