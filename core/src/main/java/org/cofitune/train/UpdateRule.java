package org.cofitune.train;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.ranks.ProcessGroup;

/**
 * Where a method changes what an optimizer step does. The order within a step is that of METHOD.md
 * section 3: backward, {@link #penalise}, {@link #adjustGradients}, clip, AdamW, {@link
 * #adjustUpdate}. Called without gradient recording and inside a pointer scope; in-place operations
 * on gradients and masters are what it is for.
 *
 * <p>A rule depends on its settings, the step's number and the tensors alone, so that a resumed run
 * goes on as it would have.
 */
public interface UpdateRule {
  /** AdamW as it is. */
  UpdateRule PLAIN = new UpdateRule() {};

  /**
   * Tells what goes through the model next: a micro batch of a step, forward and backward. Outside
   * of {@link #endBatch} and the next call, what goes through is scored, not trained on.
   *
   * @param step number of the step, from 0
   * @param firstRow number of the batch's first row among the step's rows
   */
  default void beginBatch(long step, int firstRow, PackedBatch batch) {}

  /** The micro batch is through, or has failed. */
  default void endBatch() {}

  /**
   * Adds the gradient of a penalty to the gradients, unless {@link #adjustUpdate} applies it.
   *
   * @param step number of the step, from 0
   * @return the penalty, to be reported beside the loss
   */
  default double penalise(long step, List<TrainedTensor> tensors) {
    return 0;
  }

  /** Changes the gradients before their norm is taken. */
  default void adjustGradients(long step, List<TrainedTensor> tensors) {}

  /** Whether {@link #adjustUpdate} is to be called for a tensor; costs a copy of it. */
  default boolean adjustsUpdate(TrainedTensor tensor) {
    return false;
  }

  /**
   * Changes where AdamW has moved a tensor to.
   *
   * @param tensor its master holds the new values, to be changed in place
   * @param before the values before the step
   */
  default void adjustUpdate(long step, TrainedTensor tensor, Tensor before) {}

  /**
   * What the rule measured in a step that was taken, to be logged beside the loss. Where processes
   * share a task, each has called the rule with the tensors that it moves.
   *
   * @param group adds up what each has measured
   * @return numbers by a name such as {@code mask_removed}
   */
  default Map<String, Double> measured(long step, ProcessGroup group) {
    return Map.of();
  }
}
