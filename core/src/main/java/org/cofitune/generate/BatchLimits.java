package org.cofitune.generate;

import org.cofitune.engine.Precision;
import org.cofitune.model.ModelConfig;

/**
 * How many sequences are decoded at once.
 *
 * @param sequences at most this many
 * @param bytes at most this much memory for keys, values and logits; one sequence is always allowed
 */
public record BatchLimits(int sequences, long bytes) {
  public static final BatchLimits DEFAULT = new BatchLimits(32, 2L << 30);

  public BatchLimits {
    if (sequences < 1 || bytes < 0) {
      throw new IllegalArgumentException("no sequence fits into " + sequences + ", " + bytes);
    }
  }

  /** How many sequences of a length fit. */
  int fitting(ModelConfig config, Precision precision, int length) {
    long logits = 2L * Float.BYTES * config.vocabSize();
    long each = KeyValueCache.bytesPerToken(config, precision) * length + logits;
    return (int) Math.max(1, Math.min(sequences, bytes / each));
  }
}
