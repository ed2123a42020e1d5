package org.cofitune.method;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How method {@code eaft} weights tokens by the entropy of the prediction.
 *
 * @param topK how many of the most probable tokens the entropy is taken over; 0 for all
 * @param exponent of the entropy, from 0 (plain cross entropy) on; 1 in the paper
 */
public record EntropyArguments(int topK, double exponent) {

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public EntropyArguments {
    if (topK < 0 || topK == 1) {
      throw impossible("top_k", "2 or more, or 0 for all", topK);
    }
    if (!(exponent >= 0 && Double.isFinite(exponent))) {
      throw impossible("exponent", "0 or more", exponent);
    }
  }

  /** The paper's. */
  public static EntropyArguments defaults() {
    return new EntropyArguments(20, 1);
  }

  private static CofituneException impossible(String key, String expected, Object found) {
    return CofituneException.of(ErrorKind.RECIPE, "impossible setting of entropy weights")
        .at(key)
        .expected(expected)
        .found(found)
        .next("leave it out for the usual value")
        .build();
  }
}
