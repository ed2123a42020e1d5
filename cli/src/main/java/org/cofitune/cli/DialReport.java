package org.cofitune.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.cofitune.compare.DialChoice;
import org.cofitune.compare.DialPoint;
import org.cofitune.compare.PointScore;
import org.cofitune.evaluate.score.TextTable;

/** A curve between base and tuned model, for people and programs. */
final class DialReport {
  private DialReport() {}

  /** Every point, the chosen one marked. */
  static String table(List<DialPoint> curve, DialPoint chosen) {
    TextTable table = new TextTable(1, "", "alpha", "S", "V", "uni", "V/V_base");
    double base = curve.get(0).versatility().score();
    for (DialPoint point : curve) {
      table.row(
          point.equals(chosen) ? "chosen" : "",
          String.valueOf(point.alpha()),
          cell(point.speciality()),
          cell(point.versatility()),
          cell(point.uni()),
          String.format(Locale.ROOT, "%.4f", point.versatility().score() / base));
    }
    return table.toString();
  }

  /** One point as soon as it is scored. */
  static String line(DialPoint point, int number, int total) {
    return String.format(
        Locale.ROOT,
        "[%d/%d] alpha %s: S %.2f  V %.2f  uni %.2f",
        number,
        total,
        point.alpha(),
        point.speciality().score(),
        point.versatility().score(),
        point.uni().score());
  }

  private static String cell(PointScore score) {
    return score.interval() == null
        ? String.format(Locale.ROOT, "%.2f", score.score())
        : String.format(
            Locale.ROOT,
            "%.2f [%.2f, %.2f]",
            score.score(),
            score.interval().low(),
            score.interval().high());
  }

  static ObjectNode json(List<DialPoint> curve, DialPoint chosen, DialChoice rule) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("choose", rule.text()).put("alpha", chosen.alpha());
    double base = curve.get(0).versatility().score();
    for (DialPoint point : curve) {
      ObjectNode node = json.withArray("/curve").addObject().put("alpha", point.alpha());
      put(node, "speciality", point.speciality());
      put(node, "versatility", point.versatility());
      put(node, "uni", point.uni());
      node.put("retention", point.versatility().score() / base);
    }
    return json;
  }

  private static void put(ObjectNode point, String name, PointScore score) {
    ObjectNode node = point.putObject(name).put("score", score.score());
    if (score.interval() != null) {
      node.put("low", score.interval().low()).put("high", score.interval().high());
    }
  }
}
