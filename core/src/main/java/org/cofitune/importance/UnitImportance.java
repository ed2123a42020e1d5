package org.cofitune.importance;

import java.util.Arrays;
import java.util.List;

/**
 * How much each unit matters, from 0 to 1: what the soft mask is made of.
 *
 * @param values 0 = as good as any other unit of the layer, 1 = not to be touched
 */
public record UnitImportance(UnitValues values) {
  public UnitImportance {
    for (UnitKind kind : UnitKind.values()) {
      if (!Arrays.stream(values.flat(kind)).allMatch(x -> x >= 0 && x <= 1)) {
        throw new IllegalArgumentException(kind.word() + " importance outside of 0 to 1");
      }
    }
  }

  /** A unit matters as much as it does to the corpus that it matters most to. */
  public static UnitImportance maximum(List<UnitImportance> corpora) {
    return new UnitImportance(
        corpora.stream()
            .map(UnitImportance::values)
            .reduce((one, other) -> one.combine(other, Math::max))
            .orElseThrow(() -> new IllegalArgumentException("no corpus")));
  }

  /** Importance of the heads of a layer, {@code [heads]}. */
  public double[] heads(int layer) {
    return values.layer(UnitKind.HEAD, layer);
  }

  /**
   * Importance of key/value heads: the maximum over the query heads that share one.
   *
   * @param groupSize query heads that share one key/value head
   * @return {@code [heads / groupSize]}
   */
  public double[] keyValueHeads(int layer, int groupSize) {
    double[] heads = heads(layer);
    double[] shared = new double[heads.length / groupSize];
    for (int head = 0; head < heads.length; head++) {
      shared[head / groupSize] = Math.max(shared[head / groupSize], heads[head]);
    }
    return shared;
  }
}
