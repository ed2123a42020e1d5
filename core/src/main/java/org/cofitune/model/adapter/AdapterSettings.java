package org.cofitune.model.adapter;

/**
 * Size and strength of adapters.
 *
 * @param rank rows of A, columns of B; peft's {@code r}
 * @param alpha the change is multiplied by {@code alpha / rank}
 * @param dropout probability of a number of the adapter's input to be dropped in training
 * @param rankStabilised whether it is {@code alpha / sqrt(rank)} instead (rsLoRA, arXiv 2312.03732)
 */
public record AdapterSettings(int rank, double alpha, double dropout, boolean rankStabilised) {

  /** The factor on {@code B * A}. */
  public double scale() {
    return scale(rank, alpha, rankStabilised);
  }

  static double scale(int rank, double alpha, boolean rankStabilised) {
    return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
  }
}
