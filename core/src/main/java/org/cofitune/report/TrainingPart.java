package org.cofitune.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the training went. */
final class TrainingPart {
  private static final int ROWS = 12;

  private TrainingPart() {}

  static Optional<Section> of(RunFiles files) {
    return files.curves().map(TrainingPart::section);
  }

  private static Section section(TrainingCurves curves) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(chart("loss", "Loss", "nats per token", List.of(curves.loss(), curves.evalLoss())));
    blocks.add(chart("learning-rate", "Learning rate", "", List.of(curves.learningRate())));
    blocks.add(chart("grad-norm", "Gradient norm before clipping", "", List.of(curves.gradNorm())));
    blocks.add(chart("penalty", "Penalty added to the loss", "", List.of(curves.penalty())));
    for (Curve curve : curves.measured()) {
      String id = "measured-" + curve.name().replaceAll("[^a-z0-9]", "-");
      blocks.add(chart(id, words(curve.name()), "", List.of(curve)));
    }
    blocks.removeIf(block -> block instanceof Chart chart && chart.data().path("series").isEmpty());
    return new Section("training", "Training", lead(curves), blocks);
  }

  private static String lead(TrainingCurves curves) {
    String held =
        lowest(curves.evalLoss())
            .map(
                low ->
                    String.format(
                        Locale.ROOT,
                        " The lowest loss of the held-out rows is %s, at step %d.",
                        NumberText.any(low.value()),
                        (long) low.at()))
            .orElse("");
    return curves.steps()
        + " optimizer steps in "
        + NumberText.duration(curves.seconds())
        + ", "
        + NumberText.count(curves.trainableParameters())
        + " numbers trained."
        + held;
  }

  private static Optional<Curve.Point> lowest(Curve curve) {
    return curve.points().stream()
        .reduce((one, other) -> other.value() < one.value() ? other : one);
  }

  private static Chart chart(String id, String title, String unit, List<Curve> curves) {
    List<Curve> drawn = curves.stream().filter(curve -> !curve.points().isEmpty()).toList();
    return new Chart(
        id,
        unit.isEmpty() ? title : title + ", " + unit,
        summary(drawn),
        Curve.data("step", drawn),
        Chart.Width.HALF,
        Chart.USUAL_HEIGHT,
        table(title, drawn));
  }

  private static String summary(List<Curve> curves) {
    String ends =
        curves.stream()
            .map(
                curve -> {
                  List<Curve.Point> points = curve.points();
                  return (curves.size() > 1 ? curve.name() + " " : "")
                      + "from "
                      + NumberText.any(points.get(0).value())
                      + " to "
                      + NumberText.any(points.get(points.size() - 1).value());
                })
            .collect(Collectors.joining(", "));
    return capital(ends) + ".";
  }

  /** A few rows over the whole length; every evaluation is among them. */
  private static Table table(String title, List<Curve> curves) {
    String[] head =
        Stream.concat(Stream.of("step"), curves.stream().map(Curve::name)).toArray(String[]::new);
    TreeMap<Double, String[]> rows = new TreeMap<>();
    for (int column = 0; column < curves.size(); column++) {
      List<Curve.Point> points = curves.get(column).points();
      int stride = curves.get(column).marked() ? 1 : Math.max(1, points.size() / ROWS);
      for (int i = 0; i < points.size(); i++) {
        if (i % stride == 0 || i == points.size() - 1) {
          Curve.Point point = points.get(i);
          rows.computeIfAbsent(point.at(), at -> new String[curves.size()])[column] =
              NumberText.any(point.value());
        }
      }
    }
    Table.Builder table = Table.of(title + " at some steps", 1, head);
    rows.forEach(
        (step, values) -> {
          List<String> cells = new ArrayList<>(List.of(String.valueOf(step.longValue())));
          Stream.of(values).forEach(value -> cells.add(value == null ? NumberText.NONE : value));
          table.row(cells);
        });
    return table.build();
  }

  /** {@code mask_removed} as a title: Mask removed. */
  private static String words(String name) {
    return capital(name.replace('_', ' '));
  }

  private static String capital(String words) {
    return words.isEmpty()
        ? words
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
