package org.cofitune.method;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How method {@code kl} holds predictions to the base's.
 *
 * @param beta factor on the divergence {@code KL(base || current)} in the loss; 0 is plain training
 */
public record DivergenceArguments(double beta) {

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public DivergenceArguments {
    if (!(beta >= 0 && Double.isFinite(beta))) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible factor of a divergence")
          .at("beta")
          .expected("0 or more")
          .found(beta)
          .next("leave it out for the usual value")
          .build();
    }
  }

  /** A tenth of the cross entropy's weight. */
  public static DivergenceArguments defaults() {
    return new DivergenceArguments(0.1);
  }
}
