package org.cofitune.cli;

import org.cofitune.analyze.AnalysisListener;

/** Progress of an analysis, a measurement at a time. */
final class AnalysisProgress implements AnalysisListener, AutoCloseable {
  private final EvaluationProgress progress;

  AnalysisProgress(Console console) {
    this.progress = new EvaluationProgress(console);
  }

  @Override
  public void onStarted(String unit, int total) {
    progress.begin(unit, total, 0);
  }

  @Override
  public void onAdvanced(int count) {
    progress.onAnswered(count);
  }

  @Override
  public void close() {
    progress.close();
  }
}
