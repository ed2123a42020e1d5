package org.cofitune.train;

/**
 * Takes note of what happens in a run: a progress bar, a log, an event file. Called on the training
 * thread, in the order of events; an exception ends the run.
 */
@FunctionalInterface
public interface TrainingListener {
  void on(TrainingEvent event);
}
