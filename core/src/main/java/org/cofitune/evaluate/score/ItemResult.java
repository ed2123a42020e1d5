package org.cofitune.evaluate.score;

import java.util.List;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.TaskItem;

/**
 * An item and what a model made of it.
 *
 * @param responses one for every request of the item, in order
 */
public record ItemResult(TaskItem item, List<Response> responses) {
  public ItemResult {
    responses = List.copyOf(responses);
  }
}
