package org.cofitune.evaluate.score;

import java.util.List;
import org.cofitune.evaluate.task.TaskGroup;

/**
 * A group of tasks.
 *
 * @param score the mean of the tasks' primary scores, with its interval
 * @param tasks the tasks' names
 */
public record GroupScore(TaskGroup group, Measure score, List<String> tasks) {
  public GroupScore {
    tasks = List.copyOf(tasks);
  }
}
