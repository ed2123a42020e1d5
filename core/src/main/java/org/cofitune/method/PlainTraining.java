package org.cofitune.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.cofitune.train.TrainingTask;

/** Cross entropy and AdamW as they are, on a region or on the whole model. */
public record PlainTraining(MethodName name) implements Method {

  /** Region and arguments say everything already. */
  @Override
  public Map<String, String> identity() {
    return Map.of();
  }

  @Override
  public ObjectNode description() {
    return JsonNodeFactory.instance.objectNode().put("name", name.word());
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    return new MethodTask(task, () -> {});
  }
}
