package org.cofitune.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.cofitune.search.TrialScore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DialChoiceTest {
  private static final List<DialPoint> CURVE =
      List.of(point(0, 20, 60), point(0.25, 40, 59), point(0.5, 50, 55), point(1, 54, 40));

  @ParameterizedTest
  @CsvSource({
    "uni, 0.5",
    "retention>=0.98, 0.25",
    "retention>=0.9, 0.5",
    "retention>=1, 0",
    "retention >= 0, 1",
    "speciality>=90%, 0.5",
    "speciality>=99.5%, 1",
    "speciality>=0%, 0"
  })
  void theRuleTakesThePoint(String rule, double alpha) {
    assertThat(DialChoice.parse(rule).of(CURVE).alpha()).isEqualTo(alpha);
  }

  @Test
  void ofEqualPointsTheOneNearestToTheBaseIsTaken() {
    List<DialPoint> flat = List.of(point(0, 50, 50), point(0.5, 60, 40), point(1, 40, 60));

    assertThat(DialChoice.UNI.of(flat).alpha()).isZero();
  }

  @Test
  void whatNoPointKeepsIsRefused() {
    assertThatThrownBy(() -> DialChoice.parse("retention>=1.2").of(CURVE))
        .hasMessageContaining("no point of the curve keeps so much");
  }

  @ParameterizedTest
  @CsvSource({"best", "retention>0.9", "speciality>=0.9", "retention>=much"})
  void anotherRuleIsRefused(String rule) {
    assertThatThrownBy(() -> DialChoice.parse(rule)).hasMessageContaining("--choose");
  }

  private static DialPoint point(double alpha, double speciality, double versatility) {
    return DialPoint.of(alpha, TrialScore.weighed(speciality, versatility, 0.5));
  }
}
