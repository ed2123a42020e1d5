package org.cofitune.train;

/**
 * The learning rate of every optimizer step, as {@code transformers.get_scheduler} computes it.
 *
 * @param type the shape
 * @param peak the rate after warm-up, {@code learning_rate}
 * @param warmupSteps steps that rise from zero, the first of which has rate zero
 * @param totalSteps steps of the whole run
 */
public record LearningRateSchedule(
    SchedulerType type, double peak, long warmupSteps, long totalSteps) {

  /**
   * The schedule of a run. Warm-up is {@code warmup_steps} or, where that is zero, {@code int(total
   * * warmup_ratio)} (METHOD.md section 3).
   */
  public static LearningRateSchedule of(TrainingArguments arguments, long totalSteps) {
    long warmup =
        arguments.warmupSteps() > 0
            ? arguments.warmupSteps()
            : (long) (totalSteps * arguments.warmupRatio());
    return new LearningRateSchedule(
        arguments.lrSchedulerType(), arguments.learningRate(), warmup, totalSteps);
  }

  /** The rate that step k = 0, 1, ... is taken with. */
  public double at(long step) {
    return peak * factor(step);
  }

  private double factor(long step) {
    if (type == SchedulerType.CONSTANT) {
      return 1;
    }
    if (step < warmupSteps) {
      return (double) step / Math.max(1, warmupSteps);
    }
    long descent = Math.max(1, totalSteps - warmupSteps);
    return switch (type) {
      case LINEAR -> Math.max(0, (double) (totalSteps - step) / descent);
      case COSINE -> {
        double progress = (double) (step - warmupSteps) / descent;
        yield Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
      }
      default -> 1;
    };
  }
}
