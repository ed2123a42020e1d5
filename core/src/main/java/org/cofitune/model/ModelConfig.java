package org.cofitune.model;

/**
 * A decoder's architecture, as {@code config.json} states it; {@link ModelConfigReader} makes it.
 *
 * @param modelType the Hugging Face {@code model_type}
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize neurons of a feed-forward network
 * @param numHiddenLayers decoder layers
 * @param attention heads, biases, window
 * @param mlpBias whether gate, up and down have biases
 * @param rmsNormEps added to the mean square
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling change of those frequencies
 * @param maxPositionEmbeddings the longest sequence that the model is meant for
 * @param tieWordEmbeddings whether the output layer is the embedding
 */
public record ModelConfig(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    AttentionConfig attention,
    boolean mlpBias,
    double rmsNormEps,
    double ropeTheta,
    RopeScaling ropeScaling,
    int maxPositionEmbeddings,
    boolean tieWordEmbeddings) {

  /** Output size of a projection. */
  public int rows(Projection projection) {
    return switch (projection) {
      case Q_PROJ -> attention.querySize();
      case K_PROJ, V_PROJ -> attention.keyValueSize();
      case O_PROJ, DOWN_PROJ -> hiddenSize;
      case GATE_PROJ, UP_PROJ -> intermediateSize;
    };
  }

  /** Input size of a projection. */
  public int columns(Projection projection) {
    return switch (projection) {
      case O_PROJ -> attention.querySize();
      case DOWN_PROJ -> intermediateSize;
      default -> hiddenSize;
    };
  }

  /** Whether a projection has a bias. */
  public boolean hasBias(Projection projection) {
    return switch (projection) {
      case Q_PROJ, K_PROJ, V_PROJ -> attention.queryKeyValueBias();
      case O_PROJ -> attention.outputBias();
      case GATE_PROJ, UP_PROJ, DOWN_PROJ -> mlpBias;
    };
  }
}
