package org.cofitune.compare;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.model.LoadedModel;

/** Scores a model at a point between base and tuned weights. */
@FunctionalInterface
public interface PointScorer {

  /**
   * Scores the weights that the model has now.
   *
   * @param alpha how far they are from the base
   * @param interrupted asked now and then
   * @return empty if interrupted
   */
  Optional<DialPoint> score(LoadedModel model, double alpha, BooleanSupplier interrupted);
}
