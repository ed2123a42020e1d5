package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.cofitune.train.TrainingTask;

/** Training in which tokens count differently: {@code dft} and {@code eaft}. */
public record WeightedTraining(MethodName name, EntropyArguments entropy) implements Method {

  @Override
  public Map<String, String> identity() {
    return isByEntropy()
        ? Map.of("method", name.word(), "eaft", entropy.topK() + " " + entropy.exponent())
        : Map.of("method", name.word());
  }

  @Override
  public ObjectNode description() {
    if (!isByEntropy()) {
      return MethodDescription.of(name, "each token's loss times the probability of its target");
    }
    ObjectNode json =
        MethodDescription.of(
            name,
            "each token's loss times the entropy of the prediction, top %s, exponent %s",
            entropy.topK() == 0 ? "all" : entropy.topK(),
            entropy.exponent());
    json.putObject("eaft").put("top_k", entropy.topK()).put("exponent", entropy.exponent());
    return json;
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    TokenWeight weight =
        isByEntropy()
            ? new PredictionEntropy(entropy.topK(), entropy.exponent())
            : new TargetProbability();
    return new MethodTask(task.withObjective(new WeightedCrossEntropy(weight)), () -> {});
  }

  private boolean isByEntropy() {
    return name == MethodName.EAFT;
  }
}
