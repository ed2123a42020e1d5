package org.cofitune.pipeline;

import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.method.LoraArguments;
import org.cofitune.method.LoraTraining;
import org.cofitune.method.MethodArguments;
import org.cofitune.method.MethodName;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;

/**
 * What a method trains of a model, as far as memory and work go.
 *
 * @param lowestLayer the lowest layer that gradients reach
 * @param changed the parameters that come out changed; the inputs of their projections are kept
 * @param masters those that are trained themselves, so that they have a float32 master
 * @param numbers that the optimizer moves
 * @param changedNumbers of the changed parameters
 */
record TrainedShare(
    int lowestLayer, Set<String> changed, Set<String> masters, long numbers, long changedNumbers) {

  /** A region whose parameters are trained. */
  static TrainedShare of(ModelConfig config, Region region) {
    Map<String, ?> parameters = region.parameters(config);
    long numbers = ParameterNames.count(region.parameters(config));
    return new TrainedShare(
        region.lowestLayer(), parameters.keySet(), parameters.keySet(), numbers, numbers);
  }

  /** What a recipe's method trains of a region. */
  static TrainedShare of(Recipe recipe, ModelConfig config, Region region) {
    if (recipe.section(MethodArguments.class).method() != MethodName.LORA) {
      return of(config, region);
    }
    LoraTraining lora = adapters(recipe, config, region);
    return new TrainedShare(
        lora.modules().get(0).layer(),
        lora.changed(config, region).keySet(),
        Set.of(),
        lora.trainedNumbers(config, region),
        ParameterNames.count(lora.changed(config, region)));
  }

  private static LoraTraining adapters(Recipe recipe, ModelConfig config, Region region) {
    try {
      return LoraTraining.of(recipe.section(LoraArguments.class), config, region);
    } catch (CofituneException e) {
      throw recipe.located(e);
    }
  }
}
