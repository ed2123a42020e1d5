package org.cofitune.method;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.model.Parameters;
import org.cofitune.train.LearningRateSchedule;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.UpdateRule;

/**
 * Pulls trained tensors towards the base.
 *
 * <p>On the update it is a proximal step of size {@code learning rate * strength} after AdamW's
 * (Parikh and Boyd, "Proximal Algorithms", 2014), decoupled from AdamW's moments as its weight
 * decay is. A gradient of {@code strength * d} instead goes through AdamW, which divides by the
 * gradient's own size: however large the strength, a step is about one learning rate long, so the
 * weights hover around the base and do not stay at it.
 */
final class PenaltyRule implements UpdateRule {
  private final PenaltyNorm norm;
  private final PenaltyTarget target;
  private final double strength;
  private final Parameters base;
  private final LearningRateSchedule schedule;

  PenaltyRule(
      PenaltyNorm norm,
      PenaltyTarget target,
      double strength,
      Parameters base,
      LearningRateSchedule schedule) {
    this.norm = norm;
    this.target = target;
    this.strength = strength;
    this.base = base;
    this.schedule = schedule;
  }

  @Override
  public double penalise(long step, List<TrainedTensor> tensors) {
    double sum = 0;
    for (TrainedTensor tensor : tensors) {
      try (PointerScope scope = new PointerScope()) {
        Tensor distance = tensor.master().detach().sub(baseOf(tensor));
        sum += norm.of(distance);
        if (target == PenaltyTarget.GRADIENT && tensor.hasGradient()) {
          tensor.gradient().add_(norm.gradient(distance), new Scalar(strength));
        }
      }
    }
    return strength * sum;
  }

  @Override
  public boolean adjustsUpdate(TrainedTensor tensor) {
    return target == PenaltyTarget.UPDATE;
  }

  @Override
  public void adjustUpdate(long step, TrainedTensor tensor, Tensor before) {
    try (PointerScope scope = new PointerScope()) {
      norm.pull(tensor.master().detach(), baseOf(tensor), schedule.at(step) * strength);
    }
  }

  private Tensor baseOf(TrainedTensor tensor) {
    return base.held(tensor.name()).to(tensor.master().scalar_type());
  }
}
