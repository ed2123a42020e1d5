package org.cofitune.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A model's weights as they were at one moment, so that any number of trainings begin with the same
 * bytes. Holds references, not copies: a mapped weight stays mapped and takes no memory.
 *
 * <pre>{@code
 * try (BaseWeights base = BaseWeights.of(parameters)) {
 *   for (Region region : regions) {
 *     trainAndScore(region);
 *     base.restore();
 *   }
 * }
 * }</pre>
 */
public final class BaseWeights implements AutoCloseable {
  private final Parameters parameters;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private BaseWeights(Parameters parameters) {
    this.parameters = parameters;
    for (String name : parameters.names()) {
      tensors.put(name, reference(parameters.held(name)));
    }
  }

  /** The weights as they are now; none may be trainable. */
  public static BaseWeights of(Parameters parameters) {
    if (!parameters.trainableNames().isEmpty()) {
      throw new IllegalArgumentException("trainable: " + parameters.trainableNames());
    }
    return new BaseWeights(parameters);
  }

  /** Puts every weight back and leaves none trainable. */
  public void restore() {
    Map<String, Tensor> references = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> references.put(name, reference(tensor)));
    parameters.putBack(references);
  }

  /**
   * Parameters with these weights for as long as others change: a second model that takes no
   * memory. The caller closes them.
   */
  public Parameters view() {
    return Parameters.load(
        tensors.keySet(), tensors::get, parameters.device(), parameters.precision());
  }

  private static Tensor reference(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      return new Tensor(tensor).retainReference();
    }
  }

  /** Lets go of the weights; the parameters keep what they have. */
  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
