package org.cofitune.search;

/**
 * What training a region came to, in points of 0 to 100.
 *
 * @param speciality S, the mean over the speciality tasks
 * @param versatility V, the mean over groups of the mean over the group's tasks
 * @param uni the two weighed together
 */
public record TrialScore(double speciality, double versatility, double uni) {
  public TrialScore {
    if (!Double.isFinite(speciality) || !Double.isFinite(versatility) || !Double.isFinite(uni)) {
      throw new IllegalArgumentException(
          "scores must be numbers: S " + speciality + ", V " + versatility + ", uni " + uni);
    }
  }

  /** What stands for a score that another process has. */
  public static final TrialScore NONE = new TrialScore(0, 0, 0);

  /** The score of which {@link #numbers} gave these. */
  public static TrialScore of(double[] numbers) {
    return new TrialScore(numbers[0], numbers[1], numbers[2]);
  }

  /** S, V, and uni, for another process. */
  public double[] numbers() {
    return new double[] {speciality, versatility, uni};
  }

  /**
   * A score with its uni.
   *
   * @param specialityWeight weight of S, from 0 to 1; V has the rest
   */
  public static TrialScore weighed(double speciality, double versatility, double specialityWeight) {
    return new TrialScore(
        speciality,
        versatility,
        specialityWeight * speciality + (1 - specialityWeight) * versatility);
  }
}
