package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected numbers printed by CPython 3: {@code random.Random(seed).sample(range(n), k)}. */
final class PythonRandomTest {
  @Test
  void smallPopulationsAreDrawnAsInPython() {
    PythonRandom random = new PythonRandom(1234);

    assertThat(random.sample(range(10), 3)).containsExactly(7, 1, 0);
    assertThat(random.sample(range(10), 3)).containsExactly(1, 0, 9);
    assertThat(random.sample(range(10), 3)).containsExactly(1, 5, 3);
  }

  @Test
  void largePopulationsAreDrawnAsInPython() {
    PythonRandom random = new PythonRandom(1234);

    assertThat(random.sample(range(1000), 5)).containsExactly(989, 796, 451, 119, 7);
    assertThat(random.sample(range(1000), 5)).containsExactly(92, 932, 965, 961, 826);
  }

  /** Seeds with which the two ways of drawing differ. */
  @Test
  void theWayOfDrawingChangesAtPythonsSize() {
    assertThat(new PythonRandom(3).sample(range(85), 8))
        .containsExactly(30, 75, 69, 16, 47, 77, 60, 74);
    assertThat(new PythonRandom(2).sample(range(86), 8))
        .containsExactly(7, 11, 10, 46, 21, 85, 39, 32);
  }

  @Test
  void seedsBeyond32BitsCount() {
    assertThat(new PythonRandom((1L << 40) + 5).sample(range(1000), 4))
        .containsExactly(516, 529, 275, 679);
  }

  private static List<Integer> range(int n) {
    return IntStream.range(0, n).boxed().toList();
  }
}
