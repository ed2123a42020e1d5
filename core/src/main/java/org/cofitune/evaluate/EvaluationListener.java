package org.cofitune.evaluate;

/** Follows an evaluation; called on the thread that evaluates. */
public interface EvaluationListener {
  /** Hears nothing. */
  EvaluationListener NONE = new EvaluationListener() {};

  /**
   * A task begins.
   *
   * @param task its name
   * @param items questions to be answered, those known included
   * @param known questions that an earlier evaluation of the same model has answered
   */
  default void onTask(String task, int items, int known) {}

  /** More questions of the task have answers. */
  default void onAnswered(int items) {}
}
