package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.cofitune.train.RunIdentity;

/** What a stage of a pipeline does, settled and checked. */
interface StageWork extends AutoCloseable {
  Stage stage();

  /** What the outputs depend on, by name. */
  RunIdentity inputs();

  /** What the stage leaves, files or folders, complete or not there. */
  List<Path> outputs();

  /** What it leaves on the way, of no use once the inputs have changed. */
  default List<Path> intermediates() {
    return List.of();
  }

  /**
   * Makes the outputs, from where an interrupted process had come.
   *
   * @return whether they are complete; false if interrupted
   */
  boolean run(PipelineListener listener, BooleanSupplier interrupted);

  @Override
  default void close() {}
}
