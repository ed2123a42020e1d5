package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepTimeTest {
  private static final StepTime.Machine MACHINE = new StepTime.Machine(1e12, 1e11, 1e9);

  @Test
  void aProcessAloneSendsNothing() {
    StepTime alone = StepTime.of(3e12, 1e9, 1, MACHINE);

    assertThat(alone.compute()).isEqualTo(3);
    assertThat(alone.optimizer()).isCloseTo(0.28, within(1e-12));
    assertThat(alone.network()).isZero();
    assertThat(alone.efficiency()).isEqualTo(1);
  }

  @Test
  void processesShareTheOptimizerAndPayForTheNetwork() {
    StepTime four = StepTime.of(3e12, 1e9, 4, MACHINE);

    assertThat(four.compute()).isEqualTo(3);
    assertThat(four.optimizer()).isCloseTo(0.07, within(1e-12));
    assertThat(four.network()).isCloseTo(6, within(1e-12));
    assertThat(four.seconds()).isCloseTo(9.07, within(1e-12));
    assertThat(four.efficiency()).isCloseTo(3.07 / 9.07, within(1e-12));
  }
}
