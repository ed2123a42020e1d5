package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.cofitune.model.Parameters;
import org.cofitune.train.TrainingPlan;
import org.cofitune.train.TrainingTask;

/**
 * Training with a penalty on the distance from the base weights, which are kept once in the type
 * that the checkpoint stores: L2-SP (Li, Grandvalet and Davoine, "Explicit Inductive Bias for
 * Transfer Learning with Convolutional Networks", 2018, arXiv 1802.01483, {@code alpha/2 ||w -
 * w0||^2}), and L1-SP of the same paper.
 */
public record PenaltyTraining(MethodName name, double strength, PenaltyTarget target)
    implements Method {

  static PenaltyTraining of(MethodName name, PenaltyArguments arguments) {
    return new PenaltyTraining(name, arguments.strength(norm(name)), arguments.target());
  }

  private static PenaltyNorm norm(MethodName name) {
    return PenaltyNorm.valueOf(name.name());
  }

  @Override
  public Map<String, String> identity() {
    return Map.of("method", name.word(), "penalty", strength + " " + targetWord());
  }

  @Override
  public ObjectNode description() {
    ObjectNode json =
        MethodDescription.of(
            name,
            "%s penalty on the distance from the base, strength %s, on the %s",
            name.name(),
            strength,
            targetWord());
    json.putObject("penalty").put("strength", strength).put("target", targetWord());
    return json;
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    Parameters base = task.decoder().parameters().frozenCopy();
    PenaltyRule rule =
        new PenaltyRule(norm(name), target, strength, base, TrainingPlan.of(task).schedule());
    return new MethodTask(task.withRule(rule), base::close);
  }

  private String targetWord() {
    return target.name().toLowerCase(Locale.ROOT);
  }
}
