package org.cofitune.importance;

import org.cofitune.data.PackedBatch;
import org.cofitune.model.ModelConfig;

/**
 * What has been added up over batches so far.
 *
 * @param gradients sum of every batch's contribution
 * @param divergence sum over all tokens, in nats
 * @param tokens counted
 * @param rows counted
 */
record ImportanceSums(UnitValues gradients, double divergence, long tokens, int rows) {

  static ImportanceSums none(ModelConfig config) {
    return new ImportanceSums(UnitValues.zeros(config), 0, 0, 0);
  }

  /** With another batch. */
  ImportanceSums plus(PackedBatch batch, double batchDivergence, UnitValues contribution) {
    return plus(batchDivergence, contribution, batch.tokens(), batch.sequences());
  }

  /** With another batch of so many tokens and rows. */
  ImportanceSums plus(
      double batchDivergence, UnitValues contribution, long batchTokens, int batchRows) {
    return new ImportanceSums(
        gradients.plus(contribution),
        divergence + batchDivergence,
        tokens + batchTokens,
        rows + batchRows);
  }

  /** Divided by the tokens counted. */
  ImportanceVectors vectors() {
    return new ImportanceVectors(gradients.map(sum -> sum / tokens));
  }

  /** Nats per token. */
  double meanDivergence() {
    return divergence / tokens;
  }
}
