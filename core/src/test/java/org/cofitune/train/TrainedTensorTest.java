package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

final class TrainedTensorTest {
  @Test
  void whoeverAsksForAGradientDoesNotKeepIt() {
    try (Tensor master = torch.zeros(4);
        Tensor gradient = torch.ones(4)) {
      master.mutable_grad().put(gradient);
      long before = gradient.use_count();

      assertThat(new TrainedTensor("w", master, false).hasGradient()).isTrue();

      assertThat(gradient.use_count()).isEqualTo(before);
    }
  }
}
