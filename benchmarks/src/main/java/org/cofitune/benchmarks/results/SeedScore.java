package org.cofitune.benchmarks.results;

/**
 * The scores of one training.
 *
 * @param speciality S
 * @param versatility V
 * @param uni the two weighed together
 */
record SeedScore(double speciality, double versatility, double uni) {
  /**
   * Weighs two scores (METHOD.md section 6).
   *
   * @param weight of S in uni, from 0 to 1; V has the rest
   */
  static SeedScore weighed(double speciality, double versatility, double weight) {
    return new SeedScore(speciality, versatility, weight * speciality + (1 - weight) * versatility);
  }
}
