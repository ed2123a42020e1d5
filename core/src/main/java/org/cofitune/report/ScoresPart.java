package org.cofitune.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.TaskDifference;

/** What base and tuned model score, task by task. */
final class ScoresPart {
  private ScoresPart() {}

  static Optional<Section> of(RunFiles files) {
    List<Block> blocks = new ArrayList<>();
    Optional<Scorecard> base = files.baseCard();
    Optional<Scorecard> tuned = files.tunedCard();
    List<ScorePlane.Point> points = new ArrayList<>();
    base.flatMap(card -> point("base", ScorePlane.Kind.BASE, card)).ifPresent(points::add);
    files.dial().map(ScorePlane::ofDial).ifPresent(points::addAll);
    tuned.flatMap(card -> point("tuned", ScorePlane.Kind.TUNED, card)).ifPresent(points::add);
    if (points.size() > 1) {
      blocks.add(new ScorePlane(points).chart("plane", "Speciality against versatility"));
    }
    files.comparison().map(ScoresPart::tasks).ifPresent(blocks::add);
    tuned.filter(card -> !card.gauges().isEmpty()).map(ScoresPart::gauges).ifPresent(blocks::add);
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "scores",
                "Scores",
                "Scores are 0 to 100, higher is better. Intervals are 95 %, by the bootstrap over"
                    + " items; differences are paired, item by item.",
                blocks));
  }

  private static Optional<ScorePlane.Point> point(
      String name, ScorePlane.Kind kind, Scorecard card) {
    return card.speciality() == null || card.versatility() == null
        ? Optional.empty()
        : Optional.of(ScorePlane.Point.of(name, kind, card.speciality(), card.versatility()));
  }

  private static Table tasks(Comparison comparison) {
    Table.Builder table =
        Table.of(
            "Tasks under base and tuned model",
            3,
            "task",
            "group",
            "metric",
            "items",
            "base",
            "tuned",
            "change",
            "95 %",
            "p");
    for (TaskDifference task : comparison.tasks()) {
      table.row(
          task.task(),
          task.group().text(),
          task.metric(),
          String.valueOf(task.items()),
          NumberText.points(task.base()),
          NumberText.points(task.tuned()),
          NumberText.change(task.difference().difference()),
          NumberText.interval(task.difference().interval()),
          String.format(Locale.ROOT, "%.4f", task.difference().pValue()));
    }
    return table.build();
  }

  private static Table gauges(Scorecard card) {
    Table.Builder table =
        Table.of(
            "Likelihood of texts, in nats per token",
            1,
            "text",
            "tokens",
            "KL(base‖tuned)",
            "95 %",
            "nll base",
            "nll tuned",
            "change",
            "95 %");
    for (Gauge gauge : card.gauges()) {
      table.row(
          gauge.texts(),
          String.valueOf(gauge.tokens()),
          NumberText.any(gauge.divergence().score()),
          NumberText.interval(gauge.divergence().interval()),
          NumberText.any(gauge.baseNll().score()),
          NumberText.any(gauge.tunedNll().score()),
          NumberText.change(gauge.nllChange().score()),
          NumberText.interval(gauge.nllChange().interval()));
    }
    return table.build();
  }
}
