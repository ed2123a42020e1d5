package org.cofitune.compare;

import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.search.TrialScore;
import org.jspecify.annotations.Nullable;

/**
 * What the model at {@code base + alpha * (tuned - base)} scores.
 *
 * @param alpha 0 for the base, 1 for the tuned model
 * @param speciality S
 * @param versatility V
 * @param uni the two weighed together
 */
public record DialPoint(
    double alpha, PointScore speciality, PointScore versatility, PointScore uni) {

  /** A point that is scored on held-out rows. */
  public static DialPoint of(double alpha, TrialScore score) {
    return new DialPoint(
        alpha,
        new PointScore(score.speciality(), null),
        new PointScore(score.versatility(), null),
        new PointScore(score.uni(), null));
  }

  /** A point that is scored on tasks of both kinds. */
  public static DialPoint of(double alpha, Scorecard card) {
    return new DialPoint(
        alpha, score(card.speciality()), score(card.versatility()), score(card.uni()));
  }

  private static PointScore score(@Nullable Measure measure) {
    if (measure == null) {
      throw new IllegalArgumentException("no tasks of both speciality and versatility");
    }
    return new PointScore(measure.score(), measure.interval());
  }
}
