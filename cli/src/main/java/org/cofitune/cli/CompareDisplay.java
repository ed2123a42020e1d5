package org.cofitune.cli;

import java.util.Locale;
import org.cofitune.compare.ComparedTrial;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.pipeline.CompareListener;
import org.cofitune.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Progress of a comparison: a line for everything that begins, and its own progress below. */
final class CompareDisplay implements CompareListener, AutoCloseable {
  private final Console console;
  private final EvaluationProgress evaluation;
  private @Nullable ProgressDisplay training;

  CompareDisplay(Console console) {
    this.console = console;
    this.evaluation = new EvaluationProgress(console);
  }

  @Override
  public void onStarted(String what) {
    close();
    console.err().println(what);
  }

  @Override
  public void onTrial(ComparedTrial trial, boolean known) {
    close();
    console
        .err()
        .println(
            String.format(
                Locale.ROOT,
                "%s, learning rate %s, seed %d: S %.2f  V %.2f  uni %.2f on the development set%s",
                trial.method(),
                trial.learningRate(),
                trial.seed(),
                trial.score().speciality(),
                trial.score().versatility(),
                trial.score().uni(),
                known ? "  known" : ""));
  }

  @Override
  public void onChosen(String method, double learningRate) {
    console.err().println(method + ": learning rate " + learningRate + " chosen");
  }

  @Override
  public TrainingListener training() {
    if (!console.errTerminal()) {
      return new ProgressLines(console);
    }
    ProgressDisplay opened = new ProgressDisplay(console);
    training = opened;
    return opened;
  }

  @Override
  public EvaluationListener evaluation() {
    return evaluation;
  }

  @Override
  public void close() {
    evaluation.close();
    if (training != null) {
      training.close();
      training = null;
    }
  }
}
