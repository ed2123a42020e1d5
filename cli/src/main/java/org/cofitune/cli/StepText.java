package org.cofitune.cli;

import java.util.Locale;
import org.cofitune.importance.MaskTarget;
import org.cofitune.train.Speed;
import org.cofitune.train.TrainingEvent;

/** What a person reads about a training step. */
final class StepText {
  private StepText() {}

  static String loss(double loss) {
    return text("loss %.4f", loss);
  }

  static String learningRate(TrainingEvent.StepTaken step) {
    return text("lr %.2e", step.learningRate());
  }

  static String tokensPerSecond(Speed speed) {
    return HumanNumbers.count(Math.round(speed.tokensPerSecond())) + " tok/s";
  }

  static String left(Speed speed) {
    return HumanNumbers.duration(speed.secondsLeft()) + " left";
  }

  /** How much of the update, or only of the gradient, the soft mask removed; empty without one. */
  static String mask(TrainingEvent.StepTaken step) {
    Double update = step.measured().get(MaskTarget.UPDATE.measure());
    Double gradient = step.measured().get(MaskTarget.GRADIENT.measure());
    if (update != null) {
      return text("mask %.0f %%", 100 * update);
    }
    return gradient == null ? "" : text("mask %.0f %% of gradient", 100 * gradient);
  }

  /** Of the process, and on a GPU that of its tensors. */
  static String memory(Speed speed) {
    String own = speed.memoryBytes() == 0 ? "" : HumanNumbers.bytes(speed.memoryBytes());
    String device =
        speed.deviceBytes() == 0 ? "" : HumanNumbers.bytes(speed.deviceBytes()) + " GPU";
    return own.isEmpty() || device.isEmpty() ? own + device : own + " + " + device;
  }

  /** One line about a step, for logs. */
  static String line(TrainingEvent.StepTaken step) {
    return text(
        "step %d/%d  epoch %.2f  %s  %s  grad %.3g  %s%s  %s  %s",
        step.step(),
        step.totalSteps(),
        step.epoch(),
        loss(step.loss()),
        learningRate(step),
        step.gradNorm(),
        mask(step).isEmpty() ? "" : mask(step) + "  ",
        tokensPerSecond(step.speed()),
        left(step.speed()),
        memory(step.speed()));
  }

  /**
   * One line about anything but a step that went as planned; empty where there is nothing to say.
   */
  static String note(TrainingEvent event) {
    if (event instanceof TrainingEvent.Started started) {
      return text(
          "training %s parameters on %,d rows, %,d held out, %,d steps",
          HumanNumbers.count(started.trainableParameters()),
          started.rows(),
          started.evalRows(),
          started.totalSteps());
    } else if (event instanceof TrainingEvent.Resumed resumed) {
      return text("resumed after step %d of %d", resumed.step(), resumed.totalSteps());
    } else if (event instanceof TrainingEvent.StepSkipped skipped) {
      return text(
          "step %d left out: %s is not a number; rows %s",
          skipped.step(), skipped.what(), String.join(", ", skipped.rows()));
    } else if (event instanceof TrainingEvent.LossSpike spike) {
      return text(
          "step %d: loss jumped to %.4f from about %.4f",
          spike.step(), spike.loss(), spike.usual());
    } else if (event instanceof TrainingEvent.Evaluated evaluated) {
      return text("step %d: held-out loss %.4f", evaluated.step(), evaluated.evalLoss());
    } else if (event instanceof TrainingEvent.StoppedEarly early) {
      return text(
          "stopped early after step %d: the held-out loss was lowest, %.4f, after step %d",
          early.step(), early.bestEvalLoss(), early.bestStep());
    }
    return "";
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
