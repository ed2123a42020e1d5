package org.cofitune.benchmarks.results;

/**
 * The test scores of one training.
 *
 * @param speciality S
 * @param versatility V
 */
record SeedScore(double speciality, double versatility) {
  private static final double EQUAL_PARTS = 0.5;

  /** S and V weighed alike (METHOD.md section 6). */
  double uni() {
    return EQUAL_PARTS * (speciality + versatility);
  }
}
