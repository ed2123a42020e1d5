package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.task.OnBadItem;
import org.cofitune.evaluate.task.SkippedItem;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskItem;
import org.cofitune.generate.ScoringRequest;

/**
 * A task in a model's tokens.
 *
 * @param task the task
 * @param items the items that fit into the model
 * @param scoring per item what is scored: one request, or one for every window of a long text;
 *     empty for generated answers
 * @param prompts per item what is continued; empty for scored answers
 * @param skipped the rows that were left out, by the task or for their length
 */
record EncodedTask(
    Task task,
    List<TaskItem> items,
    List<List<ScoringRequest>> scoring,
    List<int[]> prompts,
    List<SkippedItem> skipped) {

  /**
   * Encodes every item, before the first one is asked.
   *
   * @throws CofituneException of kind DATA naming the row that does not fit, unless the task skips
   *     such rows
   */
  static EncodedTask of(Task task, RequestEncoder encoder) {
    OutputType type = task.spec().outputType();
    List<SkippedItem> skipped = new ArrayList<>(task.skipped());
    List<TaskItem> items = new ArrayList<>();
    List<List<ScoringRequest>> scoring = new ArrayList<>();
    List<int[]> prompts = new ArrayList<>();
    Function<TaskItem, List<ScoringRequest>> scored =
        type == OutputType.LOGLIKELIHOOD_ROLLING
            ? encoder::wholeText
            : item -> List.of(encoder.continuations(item));
    for (TaskItem item : task.items()) {
      try {
        if (type == OutputType.GENERATE_UNTIL) {
          prompts.add(encoder.prompt(item));
        } else {
          scoring.add(scored.apply(item));
        }
        items.add(item);
      } catch (CofituneException e) {
        if (e.kind() != ErrorKind.DATA || task.spec().onBadItem() == OnBadItem.FAIL) {
          throw e;
        }
        skipped.add(new SkippedItem(item.place(), String.valueOf(e.getMessage())));
      }
    }
    if (items.isEmpty()) {
      throw CofituneException.of(
              ErrorKind.DATA, "no item of task " + task.spec().name() + " fits into the model")
          .at(task.spec().place())
          .found(skipped.size() + " rows skipped, the last: " + lastReason(skipped))
          .next("shorten the rows, or ask with fewer solved examples")
          .build();
    }
    return new EncodedTask(task, items, scoring, prompts, skipped);
  }

  private static String lastReason(List<SkippedItem> skipped) {
    return skipped.get(skipped.size() - 1).reason();
  }
}
