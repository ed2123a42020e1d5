package org.cofitune.evaluate.score;

import org.cofitune.evaluate.statistics.PairedDifference;
import org.cofitune.evaluate.task.TaskGroup;

/**
 * A task under two models.
 *
 * @param metric its primary metric
 * @param items items that both models answered
 * @param base score of the base model on these items
 * @param tuned score of the tuned model on these items
 * @param difference tuned minus base, item by item
 */
public record TaskDifference(
    String task,
    TaskGroup group,
    String metric,
    int items,
    double base,
    double tuned,
    PairedDifference difference) {}
