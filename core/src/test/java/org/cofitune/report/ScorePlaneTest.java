package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScorePlaneTest {
  private static final ScorePlane PLANE =
      new ScorePlane(
          List.of(
              point("base", ScorePlane.Kind.BASE, 20, 60),
              point("best", ScorePlane.Kind.METHOD, 50, 58),
              point("worse", ScorePlane.Kind.METHOD, 40, 50),
              point("full", ScorePlane.Kind.METHOD, 55, 30)));

  @Test
  void aModelThatAnotherBeatsInBothIsNotOnTheFront() {
    assertThat(PLANE.front()).containsExactly(true, true, false, true);
  }

  @Test
  void theFrontIsDrawnFromTheLowestSpeciality() {
    JsonNode front = PLANE.chart("plane", "Plane").data().path("front");

    assertThat(front).hasToString("[[20.0,60.0],[50.0,58.0],[55.0,30.0]]");
  }

  @Test
  void theSameCanBeReadWithoutSeeing() {
    Chart chart = PLANE.chart("plane", "Plane");

    assertThat(chart.summary()).contains("base, best, full").doesNotContain("worse");
    assertThat(chart.table().rows())
        .contains(
            List.of("worse", "no", "40.00", "50.00"), List.of("full", "yes", "55.00", "30.00"));
  }

  private static ScorePlane.Point point(
      String name, ScorePlane.Kind kind, double speciality, double versatility) {
    return new ScorePlane.Point(name, kind, speciality, versatility, null, null);
  }
}
