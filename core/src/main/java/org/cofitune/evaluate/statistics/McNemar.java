package org.cofitune.evaluate.statistics;

import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.BinomialTest;

/** McNemar's exact test: whether two models' accuracies on the same items differ. */
public final class McNemar {
  private McNemar() {}

  /**
   * The two-sided p-value.
   *
   * @param onlyFirst items that only the first model has right
   * @param onlySecond items that only the second model has right
   */
  public static double pValue(int onlyFirst, int onlySecond) {
    int discordant = onlyFirst + onlySecond;
    if (discordant == 0) {
      return 1;
    }
    return BinomialTest.withDefaults()
        .with(AlternativeHypothesis.TWO_SIDED)
        .test(discordant, onlyFirst, 0.5)
        .getPValue();
  }

  /** Whether the statistics are those of a mean of rights and wrongs: (0 or 1, 1). */
  static boolean applies(double[][] items) {
    for (double[] item : items) {
      if (item.length != 2 || item[1] != 1 || (item[0] != 0 && item[0] != 1)) {
        return false;
      }
    }
    return true;
  }

  static double pValue(double[][] first, double[][] second) {
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int i = 0; i < first.length; i++) {
      if (first[i][0] > second[i][0]) {
        onlyFirst++;
      } else if (first[i][0] < second[i][0]) {
        onlySecond++;
      }
    }
    return pValue(onlyFirst, onlySecond);
  }
}
