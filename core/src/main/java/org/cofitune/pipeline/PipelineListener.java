package org.cofitune.pipeline;

import java.util.function.Consumer;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.search.SearchListener;
import org.cofitune.train.TrainingListener;

/** Follows a pipeline; called on the thread that runs it. */
public interface PipelineListener {
  /**
   * A stage is not run.
   *
   * @param reason in a few words
   */
  void onSkipped(Stage stage, String reason);

  /**
   * A stage begins or goes on.
   *
   * @param reason in a few words: why its outputs are not there, or not good any longer
   */
  void onStarted(Stage stage, String reason);

  /** A stage has left its outputs. */
  void onFinished(Stage stage, double seconds);

  /** Hears what the scoring stages do. */
  EvaluationListener evaluation();

  /** Hears what the search does. */
  SearchListener search();

  /** Hears what the importance stage does. */
  Consumer<ImportanceProgress> importance();

  /** Hears what the training does. */
  TrainingListener training();
}
