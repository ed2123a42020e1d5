package org.cofitune.report;

import java.util.List;
import java.util.Optional;
import org.cofitune.evaluate.score.Measure;
import org.jspecify.annotations.Nullable;

/** Methods beside each other, from a comparison. */
final class MethodsPart {
  private static final double MEBI = 1L << 20;

  private MethodsPart() {}

  static Optional<Section> of(RunFiles files) {
    return files.methods().map(MethodsPart::section);
  }

  private static Section section(MethodTable table) {
    ScorePlane plane = new ScorePlane(table.rows().stream().map(MethodsPart::point).toList());
    return new Section(
        "methods",
        "Methods",
        "Each at its own best learning rate, chosen on "
            + table.learningRatesFrom()
            + "; the test was asked once. Below each number its 95 % interval, over seeds where there are"
            + " several, else over items. Gain is the part of what the full fine-tune gains in"
            + " speciality.",
        List.of(
            plane.chart("methods-plane", "Speciality against versatility by method"), rows(table)));
  }

  private static ScorePlane.Point point(MethodTable.Row row) {
    return ScorePlane.Point.of(
        row.method(),
        row.isBase() ? ScorePlane.Kind.BASE : ScorePlane.Kind.METHOD,
        row.speciality(),
        row.versatility());
  }

  private static Table rows(MethodTable methods) {
    Table.Builder table =
        Table.of(
            "Methods on the test",
            2,
            "method",
            "front",
            "learning rate",
            "S",
            "V",
            "uni",
            "V / V base",
            "gain",
            "KL",
            "trained",
            "time",
            "memory",
            "seeds");
    for (MethodTable.Row row : methods.rows()) {
      table.row(
          row.method(),
          row.pareto() ? "yes" : "no",
          row.learningRate() == null ? NumberText.NONE : row.learningRate().toString(),
          NumberText.measure(row.speciality()),
          NumberText.measure(row.versatility()),
          NumberText.measure(row.uni()),
          share(row.retention()),
          share(row.gain()),
          NumberText.measure(row.divergence()),
          NumberText.any(row.trainedPercent()) + " %",
          NumberText.duration(row.seconds()),
          row.memoryBytes() == 0 ? NumberText.NONE : Math.round(row.memoryBytes() / MEBI) + " MiB",
          String.valueOf(row.seeds()));
    }
    return table.build();
  }

  private static String share(@Nullable Measure measure) {
    return measure == null
        ? NumberText.NONE
        : NumberText.percent(measure.score()) + "\n" + NumberText.percents(measure.interval());
  }
}
