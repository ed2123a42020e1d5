package org.cofitune.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.data.DataOrder;
import org.cofitune.data.TokenizedExample;

/**
 * What happens at which step, computed from the arguments and the number of rows alone.
 *
 * @param arguments of the run
 * @param order which rows each step trains on
 * @param totalSteps optimizer steps of the whole run
 * @param schedule the learning rate of each step
 */
public record TrainingPlan(
    TrainingArguments arguments, DataOrder order, long totalSteps, LearningRateSchedule schedule) {

  /** The plan of a run over so many rows, at least one, in one process. */
  public static TrainingPlan of(TrainingArguments arguments, int rows) {
    return of(arguments, rows, 1);
  }

  /** The plan of a task. */
  public static TrainingPlan of(TrainingTask task) {
    return of(task.arguments(), task.rows().size(), task.ranks().began());
  }

  private static TrainingPlan of(TrainingArguments arguments, int rows, int processes) {
    int perStep = Math.multiplyExact(arguments.sequencesPerStep(), processes);
    DataOrder order = new DataOrder(rows, perStep, arguments.seed(), arguments.shuffle());
    long totalSteps =
        arguments.maxSteps() > 0
            ? arguments.maxSteps()
            : order.totalSteps(arguments.numTrainEpochs());
    return new TrainingPlan(
        arguments, order, totalSteps, LearningRateSchedule.of(arguments, totalSteps));
  }

  /** The rows that a step (0, 1, ...) trains on: the task's own, then those that it replays. */
  List<TokenizedExample> rowsOf(long step, TrainingTask task) {
    List<TokenizedExample> rows = new ArrayList<>();
    Arrays.stream(order.stepIndices(step)).mapToObj(task.rows()::get).forEach(rows::add);
    rows.addAll(task.replay().rowsOf(step, order));
    return rows;
  }

  /** Whether the held-out rows are scored at all. */
  boolean evaluates() {
    return arguments.evalSteps() != TrainingArguments.NEVER;
  }

  /** Whether checkpoints are written at all. */
  boolean saves() {
    return arguments.saveSteps() != TrainingArguments.NEVER;
  }

  /** Whether the held-out rows are scored once so many steps are completed. */
  boolean evaluatesAfter(long steps) {
    return evaluates() && isDue(steps, arguments.evalSteps());
  }

  /** Whether a checkpoint is written once so many steps are completed. */
  boolean savesAfter(long steps) {
    return saves() && isDue(steps, arguments.saveSteps());
  }

  private boolean isDue(long steps, int interval) {
    long every = interval == TrainingArguments.EVERY_EPOCH ? order.stepsPerEpoch() : interval;
    return steps % every == 0 || steps == totalSteps;
  }
}
