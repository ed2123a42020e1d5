package org.cofitune.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;

/**
 * What of a change is put on its base: first the share that {@link ForgettingAwarePruning} keeps,
 * then the part of the way that Wise-FT goes.
 *
 * @param keep share of every tensor that keeps its tuned values, 0 to 1
 * @param alpha part of the way from base to tuned values, 0 to 1
 */
public record PartOfDelta(double keep, double alpha) {
  /** The tuned model. */
  public static final PartOfDelta WHOLE = new PartOfDelta(1, 1);

  /**
   * Checks both.
   *
   * @throws CofituneException of kind RECIPE naming the one that is not from 0 to 1
   */
  public PartOfDelta {
    ForgettingAwarePruning.requireShare("keep", keep);
    ForgettingAwarePruning.requireShare("alpha", alpha);
  }

  /**
   * Moves parameters from the base to this part of a change.
   *
   * @param parameters hold the base's values, in the types of the checkpoint
   * @throws CofituneException of kind FORMAT if a name or shape does not fit them
   */
  public void onto(WeightChange change, Parameters parameters) {
    if (keep == 1) {
      change.applyTo(parameters, alpha);
      return;
    }
    for (String name : change.names()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor base = change.baseOf(name, parameters);
        Tensor tuned = change.changed(name, base, 1);
        Tensor pruned = ForgettingAwarePruning.prune(base, tuned, keep);
        parameters.assign(name, Delta.between(base, pruned, alpha));
      }
    }
  }
}
