package org.cofitune.method;

import java.nio.file.Path;
import org.cofitune.model.DeltaDescription;
import org.cofitune.train.TrainingTask;

/**
 * A task as a method trains it; closing frees what the method holds of the engine's memory, not the
 * model.
 *
 * @param completion what remains to be done once it is trained
 * @param release frees it
 */
public record MethodTask(TrainingTask task, Completion completion, Runnable release)
    implements AutoCloseable {

  /** Puts what was trained into the model's parameters, and writes what belongs to it. */
  @FunctionalInterface
  public interface Completion {
    /** What was trained are the model's parameters. */
    Completion NONE = (description, adapter) -> {};

    /**
     * Ends a training.
     *
     * @param description where the weights that it changed come from
     * @param adapter folder of adapters, where the method trains any
     */
    void complete(DeltaDescription description, Path adapter);
  }

  /** A task that trains the model's parameters. */
  public MethodTask(TrainingTask task, Runnable release) {
    this(task, Completion.NONE, release);
  }

  @Override
  public void close() {
    release.run();
  }
}
