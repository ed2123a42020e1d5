package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Parameters;

/** Checks that the weights a run begins with are numbers. */
final class FiniteWeights {
  private FiniteWeights() {}

  /**
   * Checks parameters.
   *
   * @param checkpoint where they come from
   * @throws CofituneException of kind FORMAT naming the first tensor that holds another value
   */
  static void require(Path checkpoint, Parameters parameters, Collection<String> names) {
    Optional<String> bad = parameters.firstNonFinite(names);
    if (bad.isPresent()) {
      throw CofituneException.of(ErrorKind.FORMAT, "a weight is not a number")
          .at(checkpoint + ", tensor " + bad.get())
          .expected("finite values")
          .found("NaN or infinity")
          .next("fetch the checkpoint again, or ask its maker")
          .build();
    }
  }
}
