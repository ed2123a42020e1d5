package org.cofitune.search;

import org.cofitune.model.Region;

/**
 * Guesses, without training, how well a region would do: higher is more promising. {@code
 * GradientForecast} compares the energy of the speciality's gradient with the versatility's.
 */
@FunctionalInterface
public interface Forecast {
  double promise(Region region);
}
