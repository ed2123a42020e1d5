package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Values computed by hand from the formulas of {@code transformers.optimization}. */
class LearningRateScheduleTest {
  private static final Offset<Double> EXACT = within(1e-15);

  @Test
  void cosineRisesFromZeroPeaksAfterWarmUpAndFallsAlongHalfACosine() {
    LearningRateSchedule schedule = schedule(SchedulerType.COSINE);
    assertThat(schedule.at(0)).isZero();
    assertThat(schedule.at(1)).isEqualTo(0.05, EXACT);
    assertThat(schedule.at(2)).isEqualTo(0.1, EXACT);
    assertThat(schedule.at(4)).isEqualTo(0.1 * 0.5 * (1 + Math.sqrt(0.5)), EXACT);
    assertThat(schedule.at(6)).isEqualTo(0.05, EXACT);
    assertThat(schedule.at(8)).isEqualTo(0.1 * 0.5 * (1 - Math.sqrt(0.5)), EXACT);
    assertThat(schedule.at(10)).isEqualTo(0, EXACT);
  }

  @Test
  void linearFallsByTheSameAmountEveryStep() {
    LearningRateSchedule schedule = schedule(SchedulerType.LINEAR);
    assertThat(schedule.at(1)).isEqualTo(0.05, EXACT);
    assertThat(schedule.at(2)).isEqualTo(0.1, EXACT);
    assertThat(schedule.at(3)).isEqualTo(0.0875, EXACT);
    assertThat(schedule.at(9)).isEqualTo(0.0125, EXACT);
    assertThat(schedule.at(10)).isZero();
    assertThat(schedule.at(11)).isZero();
  }

  @Test
  void constantIgnoresWarmUp() {
    LearningRateSchedule schedule = schedule(SchedulerType.CONSTANT);
    assertThat(schedule.at(0)).isEqualTo(0.1);
    assertThat(schedule.at(9)).isEqualTo(0.1);
  }

  @Test
  void constantWithWarmUpStaysAtThePeak() {
    LearningRateSchedule schedule = schedule(SchedulerType.CONSTANT_WITH_WARMUP);
    assertThat(schedule.at(0)).isZero();
    assertThat(schedule.at(1)).isEqualTo(0.05, EXACT);
    assertThat(schedule.at(9)).isEqualTo(0.1);
  }

  @Test
  void warmUpIsTheWholePartOfTheRatioOfAllSteps() {
    TrainingArguments arguments = TrainingArguments.defaults(); // a ratio of 0.03
    assertThat(LearningRateSchedule.of(arguments, 33).warmupSteps()).isZero();
    assertThat(LearningRateSchedule.of(arguments, 34).warmupSteps()).isEqualTo(1);
    assertThat(LearningRateSchedule.of(arguments, 100).warmupSteps()).isEqualTo(3);
  }

  @Test
  void warmUpStepsOverrideTheRatio() {
    TrainingArguments arguments = TrainingArguments.defaults().with("warmup_steps", 7);
    assertThat(LearningRateSchedule.of(arguments, 1000).warmupSteps()).isEqualTo(7);
  }

  private static LearningRateSchedule schedule(SchedulerType type) {
    return new LearningRateSchedule(type, 0.1, 2, 10);
  }
}
