package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.cofitune.model.Decoder;
import org.cofitune.model.Parameters;
import org.cofitune.train.TrainingTask;

/**
 * Training that is held to the base's predictions on the training rows: {@code beta * KL(base ||
 * current)} is added at every supervised position (Li and Hoiem, "Learning without Forgetting",
 * 2016, arXiv 1606.09282, at temperature 1). The base's trained tensors are kept in the type that
 * the checkpoint stores; the layers below them run once for both.
 */
public record DivergenceTraining(double beta) implements Method {

  @Override
  public MethodName name() {
    return MethodName.KL;
  }

  @Override
  public Map<String, String> identity() {
    return Map.of("method", name().word(), "kl", String.valueOf(beta));
  }

  @Override
  public ObjectNode description() {
    ObjectNode json =
        MethodDescription.of(
            name(), "divergence from the base's predictions is added to the loss, beta %s", beta);
    json.putObject("kl").put("beta", beta);
    return json;
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    Parameters base = task.decoder().parameters().frozenCopy();
    Decoder reference = new Decoder(task.decoder().config(), base);
    return new MethodTask(
        task.withReference(new BaseDivergence(reference, beta)),
        () -> {
          reference.close();
          base.close();
        });
  }
}
