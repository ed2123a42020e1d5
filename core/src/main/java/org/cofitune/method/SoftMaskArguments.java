package org.cofitune.method;

import org.cofitune.importance.MaskRules;
import org.cofitune.importance.MaskTarget;
import org.cofitune.importance.ModelCheck;
import org.cofitune.importance.SoftMaskSettings;
import org.cofitune.importance.UnitKind;
import org.cofitune.model.Projection;

/**
 * How the soft mask damps; see docs/soft-mask.md.
 *
 * @param target what is damped: {@code update} is the step that AdamW takes, {@code gradient} the
 *     gradient before it, which AdamW divides out again, so that hardly anything is damped
 * @param strength 0 is no mask; with 1, a unit of importance 1 does not move at all
 * @param gateProj whether {@code gate_proj} shares the importance of {@code up_proj}'s neurons
 * @param oProj whether {@code o_proj} shares the importance of the outputs of {@code down_proj}
 * @param allowOtherModel whether importance will do that was measured on another model of the same
 *     shape
 */
public record SoftMaskArguments(
    MaskTarget target,
    double strength,
    GateProjRule gateProj,
    OProjRule oProj,
    boolean allowOtherModel) {

  /**
   * Checks every value.
   *
   * @throws org.cofitune.error.CofituneException of kind RECIPE naming the key
   */
  public SoftMaskArguments {
    SoftMaskSettings.requireStrength(strength);
  }

  /** The full mask on the update: the target that regulates what it is meant to. */
  public static SoftMaskArguments defaults() {
    return new SoftMaskArguments(MaskTarget.UPDATE, 1, GateProjRule.FREE, OProjRule.FREE, false);
  }

  SoftMaskSettings settings() {
    MaskRules rules = MaskRules.DEFAULT;
    if (gateProj == GateProjRule.INTERMEDIATE) {
      rules = rules.withGateSharingIntermediate();
    }
    if (oProj == OProjRule.OUTPUT) {
      rules = rules.with(Projection.O_PROJ, UnitKind.OUTPUT);
    }
    return new SoftMaskSettings(target, strength, rules);
  }

  ModelCheck modelCheck() {
    return allowOtherModel ? ModelCheck.SAME_SHAPE : ModelCheck.SAME_MODEL;
  }
}
