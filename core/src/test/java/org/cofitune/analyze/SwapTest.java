package org.cofitune.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.cofitune.model.LayerRange;
import org.cofitune.search.TrialScore;
import org.junit.jupiter.api.Test;

final class SwapTest {
  private static final ModelPart PART =
      new ModelPart(ModelPart.Kind.QUARTER, "layers 0-1", new LayerRange(0, 2), Set.of("a"));

  @Test
  void sharesAreOfTheGainAndOfTheLoss() {
    Swap swap = swap(score(8, 26), score(4, 30), score(12, 10));

    assertThat(swap.gainKept()).isEqualTo(0.5);
    assertThat(swap.lossRestored()).isEqualTo(0.8);
    assertThat(swap.specialityFromBase()).isEqualTo(4);
    assertThat(swap.specialityFromTuned()).isEqualTo(-4);
    assertThat(swap.versatilityFromBase()).isEqualTo(-4);
    assertThat(swap.versatilityFromTuned()).isEqualTo(16);
    assertThat(swap.firstLayer()).isZero();
    assertThat(swap.lastLayer()).isEqualTo(1);
  }

  @Test
  void whereNothingIsGainedOrLostThereIsNoShare() {
    Swap swap = swap(score(3, 31), score(4, 30), score(4, 32));

    assertThat(swap.gainKept()).isNull();
    assertThat(swap.lossRestored()).isNull();
  }

  private static Swap swap(TrialScore score, TrialScore base, TrialScore tuned) {
    return Swap.of(PART, Swap.Into.TUNED, 1, score, new EndScores(base, tuned));
  }

  private static TrialScore score(double speciality, double versatility) {
    return TrialScore.weighed(speciality, versatility, 0.5);
  }
}
