package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.cofitune.compare.ParetoFront;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.statistics.Interval;
import org.jspecify.annotations.Nullable;

/**
 * Speciality against versatility: every model a point, the best ones joined.
 *
 * @param points base first where there is one
 */
record ScorePlane(List<Point> points) {
  private static final int HEIGHT = 420;
  private static final int MOST_NAMES = 5;

  /** What a point is, which gives it its colour and shape. */
  enum Kind {
    BASE,
    TUNED,
    METHOD,
    DIAL,
    TRIAL,
    CONTROL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A model.
   *
   * @param speciality S
   * @param versatility V
   * @param specialityInterval 95 %; null where nothing was drawn
   * @param versatilityInterval 95 %; null where nothing was drawn
   */
  record Point(
      String name,
      Kind kind,
      double speciality,
      double versatility,
      @Nullable Interval specialityInterval,
      @Nullable Interval versatilityInterval) {

    /** A model that tasks were asked of. */
    static Point of(String name, Kind kind, Measure speciality, Measure versatility) {
      return new Point(
          name,
          kind,
          speciality.score(),
          versatility.score(),
          speciality.interval(),
          versatility.interval());
    }
  }

  ScorePlane {
    points = List.copyOf(points);
  }

  /** The points of {@code dial.json} between base and tuned model. */
  static List<Point> ofDial(JsonNode dial) {
    List<Point> points = new ArrayList<>();
    for (JsonNode point : dial.path("curve")) {
      double alpha = point.path("alpha").asDouble();
      if (alpha > 0 && alpha < 1) {
        points.add(
            new Point(
                "α " + alpha,
                Kind.DIAL,
                point.at("/speciality/score").asDouble(),
                point.at("/versatility/score").asDouble(),
                null,
                null));
      }
    }
    return points;
  }

  /** For every point whether no other has at least as much S and V, and more of one. */
  List<Boolean> front() {
    return ParetoFront.of(
        points.stream()
            .map(point -> new ParetoFront.Point(point.speciality(), point.versatility()))
            .toList());
  }

  /** The chart. */
  Chart chart(String id, String title) {
    return new Chart(id, title, summary(), data(), Chart.Width.FULL, HEIGHT, table());
  }

  private String summary() {
    List<Boolean> front = front();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (front.get(i)) {
        names.add(points.get(i).name());
      }
    }
    return "Speciality to the right, versatility upwards. "
        + (names.size() <= MOST_NAMES
            ? "On the Pareto front, where no other is better in both: " + String.join(", ", names)
            : names.size()
                + " of "
                + points.size()
                + " are on the Pareto front, where no other is better in both")
        + ".";
  }

  private ObjectNode data() {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("kind", "plane");
    ArrayNode nodes = data.putArray("points");
    List<Boolean> front = front();
    List<Point> best = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      ObjectNode node =
          nodes
              .addObject()
              .put("name", PrintableText.of(point.name()))
              .put("kind", point.kind().word())
              .put("s", point.speciality())
              .put("v", point.versatility());
      put(node, "sRange", point.specialityInterval());
      put(node, "vRange", point.versatilityInterval());
      if (front.get(i)) {
        best.add(point);
      }
    }
    best.sort(Comparator.comparingDouble(Point::speciality));
    ArrayNode line = data.putArray("front");
    best.forEach(point -> line.addArray().add(point.speciality()).add(point.versatility()));
    return data;
  }

  private static void put(ObjectNode node, String name, @Nullable Interval interval) {
    if (interval != null) {
      node.putArray(name).add(interval.low()).add(interval.high());
    }
  }

  private Table table() {
    Table.Builder table =
        Table.of("Models by speciality and versatility", 2, "model", "front", "S", "V");
    List<Boolean> front = front();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      table.row(
          point.name(),
          front.get(i) ? "yes" : "no",
          NumberText.points(point.speciality()),
          NumberText.points(point.versatility()));
    }
    return table.build();
  }
}
