package org.cofitune.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers over steps, or over layers.
 *
 * @param name what they are
 * @param points in order
 * @param marked whether each has a mark, as few have
 */
record Curve(String name, List<Point> points, boolean marked) {
  /** More points than this are thinned for drawing. */
  static final int MOST_POINTS = 600;

  /** A number at a step or layer. */
  record Point(double at, double value) {}

  Curve {
    points = List.copyOf(points);
  }

  /** The mean of neighbours, so that at most {@link #MOST_POINTS} are drawn. */
  Curve thinned() {
    int together = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
    if (together <= 1) {
      return this;
    }
    List<Point> means = new ArrayList<>();
    for (int from = 0; from < points.size(); from += together) {
      List<Point> some = points.subList(from, Math.min(from + together, points.size()));
      means.add(
          new Point(
              some.get(some.size() - 1).at(),
              some.stream().mapToDouble(Point::value).average().orElseThrow()));
    }
    return new Curve(name, means, marked);
  }

  /**
   * Data of a chart of curves.
   *
   * @param x what they are over
   */
  static ObjectNode data(String x, List<Curve> curves) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("kind", "lines").put("x", x);
    ArrayNode series = data.putArray("series");
    for (Curve curve : curves) {
      ObjectNode line =
          series
              .addObject()
              .put("name", PrintableText.of(curve.name()))
              .put("marked", curve.marked());
      ArrayNode points = line.putArray("points");
      curve
          .thinned()
          .points()
          .forEach(point -> points.addArray().add((float) point.at()).add((float) point.value()));
    }
    return data;
  }
}
