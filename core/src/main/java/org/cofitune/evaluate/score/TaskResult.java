package org.cofitune.evaluate.score;

import java.util.List;
import org.cofitune.evaluate.task.SkippedItem;
import org.cofitune.evaluate.task.Task;

/**
 * What a model made of a task.
 *
 * @param items the items that were answered, in order; at least one
 * @param skipped rows that were left out, by the task or because they exceed the model's context
 * @param cached how many items were answered by an earlier evaluation
 */
public record TaskResult(Task task, List<ItemResult> items, List<SkippedItem> skipped, int cached) {
  public TaskResult {
    items = List.copyOf(items);
    skipped = List.copyOf(skipped);
    if (items.isEmpty()) {
      throw new IllegalArgumentException("no item of " + task.spec().name() + " was answered");
    }
  }
}
