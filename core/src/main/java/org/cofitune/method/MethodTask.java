package org.cofitune.method;

import org.cofitune.train.TrainingTask;

/**
 * A task as a method trains it; closing frees what the method holds of the engine's memory, not the
 * model.
 *
 * @param release frees it
 */
public record MethodTask(TrainingTask task, Runnable release) implements AutoCloseable {
  @Override
  public void close() {
    release.run();
  }
}
