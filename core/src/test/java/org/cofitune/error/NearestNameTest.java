package org.cofitune.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestNameTest {
  private static final List<String> KEYS =
      List.of("learning_rate", "lr_scheduler_type", "seed", "bf16", "eval_steps", "save_steps");

  @ParameterizedTest
  @CsvSource({
    "learning-rate, learning_rate",
    "LearningRate, learning_rate",
    "leraning_rate, learning_rate",
    "lr_schedule_type, lr_scheduler_type",
    "sede, seed",
    "fp16, bf16",
    "evalsteps, eval_steps",
    "learning, learning_rate"
  })
  void aSlipFindsTheNameItWasMeantToBe(String word, String name) {
    assertThat(NearestName.of(word, KEYS)).contains(name);
  }

  @Test
  @Timeout(20)
  void aGiganticWordIsNoSlip() {
    assertThat(NearestName.of("x".repeat(10_000_000), List.of("learning_rate"))).isEmpty();
  }

  @Test
  void aWordUnlikeEveryNameFindsNone() {
    assertThat(NearestName.of("gradient_checkpointing", KEYS)).isEmpty();
    assertThat(NearestName.of("", KEYS)).isEmpty();
    assertThat(NearestName.of("x", List.of("y"))).isEmpty();
  }
}
