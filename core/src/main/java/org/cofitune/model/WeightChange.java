package org.cofitune.model;

import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.SafetensorsWriter;

/**
 * What turns a base model into a tuned one, opened from a folder.
 *
 * <pre>{@code
 * try (LoadedModel model = LoadedModel.open(base, engine);
 *     WeightChange change = Delta.open(run.resolve("delta"))) {
 *   change.applyTo(model);
 * }
 * }</pre>
 */
public interface WeightChange extends AutoCloseable {

  /** The names of the parameters that it changes. */
  Set<String> names();

  /** Of everything that it changes. */
  Fingerprint fingerprint();

  /** Where it comes from, as a change of a checkpoint. */
  DeltaDescription description(Checkpoint base);

  /**
   * Checks that it belongs to a checkpoint.
   *
   * @throws org.cofitune.error.CofituneException of kind FORMAT if it does not
   */
  void requireBase(Checkpoint checkpoint);

  /**
   * Checks as {@link #requireBase} does, and every byte of the checkpoint where the change knows
   * it; reads all weights.
   *
   * @throws org.cofitune.error.CofituneException of kind FORMAT if it does not belong to it
   */
  default void requireWholeBase(Checkpoint checkpoint) {
    requireBase(checkpoint);
  }

  /**
   * Checks a parameter's shape.
   *
   * @param shape that the model has; empty if it has no such parameter
   * @throws org.cofitune.error.CofituneException of kind FORMAT if it does not fit
   */
  void requireFit(String name, List<Long> shape);

  /**
   * {@code base + alpha * change} of a parameter, in the base's type, computed in float32 or wider.
   *
   * @param alpha 1 for the tuned model, 0 for the base, between them the interpolation (Wise-FT)
   */
  Tensor changed(String name, Tensor base, double alpha);

  /**
   * Turns a base model into the tuned one.
   *
   * @throws org.cofitune.error.CofituneException of kind FORMAT if it is not the base of this
   *     change
   */
  default void applyTo(LoadedModel base) {
    try (Checkpoint checkpoint = Checkpoint.open(base.directory())) {
      requireBase(checkpoint);
    }
    applyTo(base.parameters(), 1);
  }

  /**
   * Moves parameters from the base towards the tuned values.
   *
   * @param parameters hold the base's values
   * @param alpha as in {@link #changed}
   * @throws org.cofitune.error.CofituneException of kind FORMAT if a name or shape does not fit
   */
  default void applyTo(Parameters parameters, double alpha) {
    for (String name : names()) {
      try (PointerScope scope = new PointerScope()) {
        parameters.assign(name, changed(name, baseOf(name, parameters), alpha));
      }
    }
  }

  /**
   * What a model has of a parameter that is to change.
   *
   * @throws org.cofitune.error.CofituneException of kind FORMAT if name or shape does not fit
   */
  default Tensor baseOf(String name, Parameters parameters) {
    boolean known = parameters.names().contains(name);
    requireFit(
        name, known ? SafetensorsWriter.specOf(name, parameters.held(name)).shape() : List.of());
    return parameters.trained(name);
  }

  @Override
  void close();
}
