package org.cofitune.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cofitune.compare.ParetoFront.Point;
import org.junit.jupiter.api.Test;

final class ParetoFrontTest {
  @Test
  void whatAnotherBeatsInBothIsNotOnTheFront() {
    List<Point> points =
        List.of(
            new Point(20, 60), // the base: highest V
            new Point(50, 40), // beaten by the next
            new Point(55, 45),
            new Point(60, 30), // highest S
            new Point(30, 45)); // as much V as the third, less S

    assertThat(ParetoFront.of(points)).containsExactly(true, false, true, true, false);
  }

  @Test
  void equalPointsAreBothOnTheFront() {
    assertThat(ParetoFront.of(List.of(new Point(1, 1), new Point(1, 1))))
        .containsExactly(true, true);
  }
}
