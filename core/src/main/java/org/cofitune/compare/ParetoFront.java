package org.cofitune.compare;

import java.util.List;

/** The points that no other point beats in both speciality and versatility. */
public final class ParetoFront {
  private ParetoFront() {}

  /**
   * A point.
   *
   * @param speciality S
   * @param versatility V
   */
  public record Point(double speciality, double versatility) {
    /** At least as good in both, and better in one. */
    boolean beats(Point other) {
      return speciality >= other.speciality
          && versatility >= other.versatility
          && (speciality > other.speciality || versatility > other.versatility);
    }
  }

  /** For every point in order whether it is on the front; equal points are both or neither. */
  public static List<Boolean> of(List<Point> points) {
    return points.stream()
        .map(point -> points.stream().noneMatch(other -> other.beats(point)))
        .toList();
  }
}
