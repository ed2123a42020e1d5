package org.cofitune.pipeline;

import org.cofitune.compare.ComparedTrial;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.train.TrainingListener;

/** Follows a comparison; called on the thread that runs it. */
public interface CompareListener {
  /** Something begins, in a few words. */
  void onStarted(String what);

  /**
   * A training has its development score.
   *
   * @param known whether it was there before
   */
  void onTrial(ComparedTrial trial, boolean known);

  /** A method has its learning rate. */
  void onChosen(String method, double learningRate);

  /** Hears what a training does. */
  TrainingListener training();

  /** Hears what the test does. */
  EvaluationListener evaluation();
}
