package org.cofitune.model;

/**
 * The attention of a decoder layer.
 *
 * @param numHeads query heads
 * @param numKeyValueHeads heads of keys and values; query head h reads h / (numHeads /
 *     numKeyValueHeads)
 * @param headDim size of one head
 * @param queryKeyValueBias whether q, k and v have biases
 * @param outputBias whether o has a bias
 * @param queryKeyNorm whether queries and keys are RMS-normalised per head (Qwen3)
 * @param slidingWindow a token sees this many tokens, itself included; 0 = all
 * @param firstWindowedLayer the first layer that the window applies to
 */
public record AttentionConfig(
    int numHeads,
    int numKeyValueHeads,
    int headDim,
    boolean queryKeyValueBias,
    boolean outputBias,
    boolean queryKeyNorm,
    int slidingWindow,
    int firstWindowedLayer) {

  /** The window of a layer, 0 where it sees everything. */
  public int window(int layer) {
    return layer >= firstWindowedLayer ? slidingWindow : 0;
  }

  /** Rows of the query projection. */
  public int querySize() {
    return numHeads * headDim;
  }

  /** Rows of the key projection, and of the value projection. */
  public int keyValueSize() {
    return numKeyValueHeads * headDim;
  }

  /** Query heads that share one key/value head. */
  public int groupSize() {
    return numHeads / numKeyValueHeads;
  }
}
