package org.cofitune.search;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * What a forecast is measured on.
 *
 * @param forecastRows rows of each kind, speciality and versatility, drawn by seed
 * @param forecastBatchSize sequences of one forward and backward pass over the whole model
 */
public record ForecastSettings(int forecastRows, int forecastBatchSize) {
  private static final int DEFAULT_ROWS = 64;
  private static final int DEFAULT_BATCH_SIZE = 8;

  public ForecastSettings {
    requireCount(forecastRows, "forecast_rows");
    requireCount(forecastBatchSize, "forecast_batch_size");
  }

  public static ForecastSettings defaults() {
    return new ForecastSettings(DEFAULT_ROWS, DEFAULT_BATCH_SIZE);
  }

  private static void requireCount(int value, String key) {
    if (value < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible forecast")
          .at(key)
          .expected("1 or more")
          .found(value)
          .next("correct the recipe")
          .build();
    }
  }
}
