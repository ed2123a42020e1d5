package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.importance.MaskStatistics;
import org.cofitune.importance.MaskTarget;
import org.junit.jupiter.api.Test;

final class MaskWatchTest {
  private final List<String> warnings = new ArrayList<>();
  private final MaskWatch watch = new MaskWatch(warnings::add);

  @Test
  void aMaskThatRemovesNextToNothingIsSaidOnce() {
    watch(3 * MaskWatch.FIRST_STEPS, 0.005);

    assertThat(warnings)
        .containsExactly(
            "the soft mask removed 0.50 % of the update in the first 10 steps, which is next to"
                + " nothing: look at the importance and at soft_mask.strength");
  }

  @Test
  void aMaskThatWorksIsNot() {
    watch(3 * MaskWatch.FIRST_STEPS, 0.4);

    assertThat(warnings).isEmpty();
  }

  @Test
  void fewStepsAreNoEvidence() {
    watch(MaskWatch.FIRST_STEPS - 1, 0);

    assertThat(warnings).isEmpty();
  }

  private void watch(int steps, double share) {
    for (int step = 0; step < steps; step++) {
      watch.accept(new MaskStatistics(step, MaskTarget.UPDATE, 2, 2 * share));
    }
  }
}
