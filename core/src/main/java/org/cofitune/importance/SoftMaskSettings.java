package org.cofitune.importance;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How a soft mask damps.
 *
 * @param target the gradient or the update
 * @param strength 0 = no mask, 1 = a unit of importance 1 does not move
 * @param rules whose importance masks which projection
 */
public record SoftMaskSettings(MaskTarget target, double strength, MaskRules rules) {
  public SoftMaskSettings {
    requireStrength(strength);
  }

  /**
   * Checks a strength.
   *
   * @throws CofituneException of kind RECIPE if it is not 0 to 1
   */
  public static void requireStrength(double strength) {
    if (!(strength >= 0 && strength <= 1)) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible strength of the soft mask")
          .at("strength")
          .expected("0 (no mask) to 1 (full mask)")
          .found(strength)
          .next("leave it out for the full mask")
          .build();
    }
  }

  /** A full mask on a target, with the default rules. */
  public static SoftMaskSettings of(MaskTarget target) {
    return new SoftMaskSettings(target, 1, MaskRules.DEFAULT);
  }
}
