package org.cofitune.method;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How methods {@code l1} and {@code l2} pull towards the base; see docs/methods.md.
 *
 * @param l1 strength of {@code sum |w - w0|}: a step takes back {@code learning rate * strength} of
 *     each number's distance from the base; an AdamW step is about one learning rate long
 * @param l2 strength of {@code 1/2 sum (w - w0)^2}: a step divides each number's distance from the
 *     base by {@code 1 + learning rate * strength}
 * @param target what the pull acts on: {@code update} is AdamW's step, {@code gradient} the
 *     gradient before it, where even a huge strength does not keep the base
 */
public record PenaltyArguments(double l1, double l2, PenaltyTarget target) {

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public PenaltyArguments {
    requireStrength("l1", l1);
    requireStrength("l2", l2);
  }

  /** A tenth of a step, and a half-life of some hundred steps at a learning rate of 4e-5. */
  public static PenaltyArguments defaults() {
    return new PenaltyArguments(0.1, 100, PenaltyTarget.UPDATE);
  }

  double strength(PenaltyNorm norm) {
    return norm == PenaltyNorm.L1 ? l1 : l2;
  }

  private static void requireStrength(String key, double strength) {
    if (!(strength >= 0 && Double.isFinite(strength))) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible strength of a penalty")
          .at(key)
          .expected("0 or more")
          .found(strength)
          .next("leave it out for the usual value")
          .build();
    }
  }
}
