package org.cofitune.analyze;

/** Learns how far an analysis is. */
public interface AnalysisListener {
  /**
   * Something begins to be counted.
   *
   * @param unit what, in the plural
   * @param total how many there will be
   */
  void onStarted(String unit, int total);

  /** So many more are done. */
  void onAdvanced(int count);
}
