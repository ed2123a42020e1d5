package org.cofitune.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.generate.ScoringRequest.ScoredSequence;
import org.junit.jupiter.api.Test;

final class RollingWindowsTest {
  private static final int PREFIX = 100;

  /** The documented example of lm-evaluation-harness: 34 tokens through a context of 10. */
  @Test
  void theLastWindowReachesBack() {
    assertThat(windows(34, 10))
        .containsExactly(
            "[100, 0, 1, 2, 3, 4, 5, 6, 7, 8] -> [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
            "[9, 10, 11, 12, 13, 14, 15, 16, 17, 18]"
                + " -> [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]",
            "[19, 20, 21, 22, 23, 24, 25, 26, 27, 28]"
                + " -> [20, 21, 22, 23, 24, 25, 26, 27, 28, 29]",
            "[23, 24, 25, 26, 27, 28, 29, 30, 31, 32] -> [30, 31, 32, 33]");
  }

  @Test
  void aShortTextIsOneWindow() {
    assertThat(windows(3, 10)).containsExactly("[100, 0, 1] -> [0, 1, 2]");
    assertThat(windows(10, 10))
        .containsExactly("[100, 0, 1, 2, 3, 4, 5, 6, 7, 8] -> [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
  }

  /** Windows as lm-evaluation-harness writes them: input and what it predicts. */
  private static List<String> windows(int tokens, int contextLength) {
    List<String> windows = new ArrayList<>();
    for (ScoringRequest request :
        RollingWindows.of(IntStream.range(0, tokens).toArray(), PREFIX, contextLength)) {
      ScoredSequence sequence = request.sequences().get(0);
      int[] ids = sequence.ids();
      windows.add(
          Arrays.toString(Arrays.copyOf(ids, ids.length - 1))
              + " -> "
              + Arrays.toString(Arrays.copyOfRange(ids, sequence.from(), ids.length)));
    }
    return windows;
  }
}
