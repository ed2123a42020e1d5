package org.cofitune.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Region;
import org.cofitune.train.TrainingTask;

/**
 * Half Fine-Tuning (Hui et al., "HFT: Half Fine-Tuning for Large Language Models", 2024, arXiv
 * 2404.18466), selection by category: a random half of each layer's matrices is trained, the other
 * half keeps its bytes. One choice is made for a run, as the paper makes one for a stage.
 */
public final class HalfTraining implements Method {
  private final HalfArguments arguments;
  private final Set<String> trained;

  private HalfTraining(HalfArguments arguments, Set<String> trained) {
    this.arguments = arguments;
    this.trained = trained;
  }

  static HalfTraining of(HalfArguments arguments, Method.Subject subject) {
    Set<String> region = subject.region().parameters(subject.config()).keySet();
    Set<String> trained = HalfSelection.of(subject.config(), region, arguments);
    if (trained.isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "half of the region is nothing")
          .at("region")
          .expected("at least two matrices")
          .found(subject.region().text())
          .next("widen the region, or train it with method region")
          .build();
    }
    return new HalfTraining(arguments, trained);
  }

  @Override
  public MethodName name() {
    return MethodName.HFT;
  }

  @Override
  public Map<String, List<Long>> changed(ModelConfig config, Region region) {
    Map<String, List<Long>> half = new LinkedHashMap<>(region.parameters(config));
    half.keySet().retainAll(trained);
    return half;
  }

  /** Which tensors they are is in every run's identity already. */
  @Override
  public Map<String, String> identity() {
    return Map.of(
        "method", name().word(), "hft", arguments.seed() + " " + arguments.outsideLayers());
  }

  @Override
  public ObjectNode description() {
    ObjectNode json =
        MethodDescription.of(
            name(), "a random half of each layer's matrices is trained, seed %d", arguments.seed());
    json.putObject("hft")
        .put("seed", arguments.seed())
        .put("outside_layers", arguments.outsideLayers())
        .put("trained_tensors", trained.size());
    return json;
  }

  @Override
  public MethodTask onto(TrainingTask task) {
    return new MethodTask(task, () -> {});
  }
}
