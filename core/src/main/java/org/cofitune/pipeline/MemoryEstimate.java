package org.cofitune.pipeline;

import java.util.Set;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Projection;
import org.cofitune.model.Region;

/**
 * Memory that training needs at its peak, counted from the architecture before anything is loaded.
 *
 * @param weightBytes the checkpoint's tensors, mapped from its files
 * @param stateBytes master weight, gradient, and two moments of each trained parameter, in float32
 * @param activationBytes what the forward pass keeps for the backward pass, for the largest batch
 * @param widenedBytes float32 copies of 16-bit weights that the backward pass needs again
 * @param outputBytes logits of a chunk of positions and their gradient
 * @param hostBytes what lies on the host instead: streamed matrices, moments, inputs of layers
 */
public record MemoryEstimate(
    long weightBytes,
    long stateBytes,
    long activationBytes,
    long widenedBytes,
    long outputBytes,
    long hostBytes) {
  /** A number, its gradient, and two moments. */
  public static final int STATE_BYTES_PER_PARAMETER = 16;

  private static final int FLOAT = 4;

  /** Logits of a chunk exist three times at most: logits, exponentials, a copy for the product. */
  private static final long OUTPUT_BYTES = 3L * FLOAT * (1L << 24);

  /**
   * Counts for a region.
   *
   * @param weightBytes of the checkpoint's tensors
   * @param storedWide whether weights are stored as they are computed with, in float32
   * @param recompute whether each layer runs again on the way back instead of keeping activations
   * @param batch the largest one
   */
  public static MemoryEstimate of(
      ModelConfig config,
      Region region,
      long weightBytes,
      boolean storedWide,
      boolean recompute,
      Batch batch) {
    TrainedShare share = TrainedShare.of(config, region);
    return of(config, share, weightBytes, storedWide, recompute, batch);
  }

  /**
   * What goes through the model at once.
   *
   * @param tokens of all rows
   * @param supervised those of them that the loss counts; behind the last attention nothing else is
   *     computed
   */
  public record Batch(long tokens, long supervised) {}

  /** Counts for what a method trains. */
  static MemoryEstimate of(
      ModelConfig config,
      TrainedShare share,
      long weightBytes,
      boolean storedWide,
      boolean recompute,
      Batch batch) {
    int first = Math.max(0, share.lowestLayer());
    int last = config.numHiddenLayers() - 1;
    long kept = 0;
    long widest = 0;
    long widened = 0;
    for (int layer = first; layer <= last; layer++) {
      long behind = layer == last ? batch.supervised() : batch.tokens();
      long numbers =
          upToAttention(config, share.changed(), layer) * batch.tokens()
              + behindAttention(config, share.changed(), layer) * behind;
      kept += recompute ? config.hiddenSize() * batch.tokens() : numbers;
      widest = Math.max(widest, numbers);
      widened += storedWide || recompute ? 0 : frozen(config, share.masters(), layer) * FLOAT;
    }
    long passing = first < last ? batch.tokens() : batch.supervised();
    long numbers = recompute ? kept + widest : kept + 3L * config.intermediateSize() * passing;
    return new MemoryEstimate(
        weightBytes,
        share.numbers() * STATE_BYTES_PER_PARAMETER,
        numbers * FLOAT,
        widened,
        Math.min(OUTPUT_BYTES, 3L * FLOAT * batch.supervised() * config.vocabSize()),
        0);
  }

  /** All of it on the device, without the Java heap and the engine's own libraries. */
  public long totalBytes() {
    return weightBytes + stateBytes + activationBytes + widenedBytes + outputBytes;
  }

  /**
   * Numbers that one token leaves behind in a layer that gradients pass, up to what its heads give:
   * the inputs of norm and attention, and the input of each trained projection.
   */
  private static long upToAttention(ModelConfig config, Set<String> trained, int layer) {
    AttentionConfig heads = config.attention();
    long hidden = config.hiddenSize();
    long query = heads.querySize();
    long numbers = hidden + 2 * query + 2L * heads.keyValueSize();
    if (heads.queryKeyNorm()) {
      numbers += query + heads.keyValueSize();
    }
    if (trains(trained, layer, Projection.Q_PROJ, Projection.K_PROJ, Projection.V_PROJ)) {
      numbers += hidden;
    }
    return numbers;
  }

  /** The same behind it: the inputs of norm and gate, and of each trained projection. */
  private static long behindAttention(ModelConfig config, Set<String> trained, int layer) {
    long numbers = config.hiddenSize() + 3L * config.intermediateSize();
    if (trains(trained, layer, Projection.GATE_PROJ, Projection.UP_PROJ)) {
      numbers += config.hiddenSize();
    }
    if (trains(trained, layer, Projection.DOWN_PROJ)) {
      numbers += config.intermediateSize();
    }
    return numbers;
  }

  private static boolean trains(Set<String> trained, int layer, Projection... projections) {
    for (Projection projection : projections) {
      if (trained.contains(projection.weight(layer))) {
        return true;
      }
    }
    return false;
  }

  private static long frozen(ModelConfig config, Set<String> trained, int layer) {
    return ParameterNames.layerShapes(config, layer).entrySet().stream()
        .filter(parameter -> !trained.contains(parameter.getKey()))
        .mapToLong(parameter -> ParameterNames.elements(parameter.getValue()))
        .sum();
  }
}
