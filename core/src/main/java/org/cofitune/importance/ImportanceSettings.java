package org.cofitune.importance;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.train.ActivationMemory;

/**
 * How importance is measured. METHOD.md section 4 has the definition.
 *
 * @param dropout probability of a number to be dropped, 0 to 1, both exclusive; 0.003 in the
 *     authors' code
 * @param aggregation how batches add up
 * @param batchSize rows of a batch; matters to {@code abs} alone
 * @param tokensAtOnce tokens that go through the model together; a batch with more is cut by rows,
 *     which changes memory and rounding only
 * @param seed of the dropout
 * @param memory what is kept of the layers for the way back
 */
public record ImportanceSettings(
    double dropout,
    Aggregation aggregation,
    int batchSize,
    int tokensAtOnce,
    long seed,
    ActivationMemory memory) {

  public ImportanceSettings {
    if (!(dropout > 0 && dropout < 1)) {
      throw impossible("dropout", "between 0 and 1, for example 0.003", dropout);
    }
    if (batchSize < 1) {
      throw impossible("batch_size", "at least 1", batchSize);
    }
    if (tokensAtOnce < 1) {
      throw impossible("tokens_at_once", "at least 1", tokensAtOnce);
    }
  }

  /** The authors' dropout, signed, in batches of eight rows. */
  public static ImportanceSettings defaults() {
    return new ImportanceSettings(
        0.003, Aggregation.SIGNED, 8, 2048, 42, ActivationMemory.RECOMPUTE);
  }

  public ImportanceSettings withDropout(double other) {
    return new ImportanceSettings(other, aggregation, batchSize, tokensAtOnce, seed, memory);
  }

  public ImportanceSettings withAggregation(Aggregation other) {
    return new ImportanceSettings(dropout, other, batchSize, tokensAtOnce, seed, memory);
  }

  public ImportanceSettings withBatchSize(int other) {
    return new ImportanceSettings(dropout, aggregation, other, tokensAtOnce, seed, memory);
  }

  public ImportanceSettings withTokensAtOnce(int other) {
    return new ImportanceSettings(dropout, aggregation, batchSize, other, seed, memory);
  }

  public ImportanceSettings withSeed(long other) {
    return new ImportanceSettings(dropout, aggregation, batchSize, tokensAtOnce, other, memory);
  }

  public ImportanceSettings withMemory(ActivationMemory other) {
    return new ImportanceSettings(dropout, aggregation, batchSize, tokensAtOnce, seed, other);
  }

  private static CofituneException impossible(String key, String expected, Object found) {
    return CofituneException.of(ErrorKind.RECIPE, "impossible setting of importance")
        .at(key)
        .expected(expected)
        .found(found)
        .next("leave it out for the usual value")
        .build();
  }
}
