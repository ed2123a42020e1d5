package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Where in the model the training took effect, from {@code analysis/analysis.json}. */
final class AnalysisPart {
  /** Parts that have a bar; others overlap with these. */
  private static final Set<String> PARTS = Set.of("layer", "module");

  private static final int MOST_SIDE_BY_SIDE = 16;
  private static final int BAR_HEIGHT = 28;
  private static final int FRAME = 70;

  private AnalysisPart() {}

  static Optional<Section> of(RunFiles files) {
    return files.analysis().map(AnalysisPart::section).filter(part -> !part.blocks().isEmpty());
  }

  private static Section section(ObjectNode analysis) {
    List<Block> blocks = new ArrayList<>();
    drift(analysis.path("drift")).ifPresent(blocks::add);
    JsonNode readings = analysis.path("readings");
    lens("speciality", readings).ifPresent(blocks::add);
    lens("versatility", readings).ifPresent(blocks::add);
    similarity(readings).ifPresent(blocks::add);
    swaps(analysis.path("swaps")).ifPresent(blocks::add);
    return new Section(
        "analysis",
        "Inside the model",
        "How far each weight moved, what the model would say if it ended after a layer (logit"
            + " lens), how alike the layers of base and tuned model are, and what putting a part"
            + " of the base back into the tuned model keeps and restores.",
        blocks);
  }

  private static Optional<Chart> drift(JsonNode drift) {
    List<String> projections = new ArrayList<>();
    drift.path("projections").forEach(name -> projections.add(name.asText()));
    double[][] relative =
        StreamSupport.stream(drift.path("relative").spliterator(), false)
            .map(row -> numbers(row, projections.size()))
            .toArray(double[][]::new);
    HeatMap map = new HeatMap("projection", projections, relative);
    if (projections.isEmpty() || map.most() == 0) {
      return Optional.empty();
    }
    Table.Builder table =
        Table.of(
            "Relative change of the weights, ‖W′ − W‖ / ‖W‖",
            1,
            prefixed("layer", projections).toArray(String[]::new));
    map.layersFromAbove()
        .forEach(
            layer -> {
              List<String> cells = new ArrayList<>(List.of(String.valueOf(layer)));
              for (double value : relative[layer]) {
                cells.add(Double.isFinite(value) ? NumberText.any(value) : NumberText.NONE);
              }
              table.row(cells);
            });
    return Optional.of(
        new Chart(
            "drift",
            "Relative change of the weights",
            "Frobenius norm of the change over that of the base's weight, a row for each layer."
                + " The largest is "
                + NumberText.any(map.most())
                + ".",
            map.data("relative change", map.most()),
            Chart.Width.FULL,
            map.height(),
            table.build()));
  }

  private static List<String> prefixed(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  private static double[] numbers(JsonNode row, int count) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = row.path(i).isNumber() ? row.path(i).asDouble() : Double.NaN;
    }
    return numbers;
  }

  private static Optional<Chart> lens(String rows, JsonNode readings) {
    List<Curve> curves = new ArrayList<>();
    for (String model : List.of("base", "tuned")) {
      curve(model, readings.path(rows).path(model).path("log_probability")).ifPresent(curves::add);
    }
    return lines(
        "lens-" + rows, "Logit lens on " + rows + " rows", "log-probability of the target", curves);
  }

  private static Optional<Chart> similarity(JsonNode readings) {
    List<Curve> curves = new ArrayList<>();
    for (String rows : List.of("speciality", "versatility")) {
      curve(rows + " rows", readings.path(rows).path("similarity").path("cosine"))
          .ifPresent(curves::add);
    }
    return lines(
        "similarity",
        "Hidden states of base and tuned model",
        "mean cosine between the two",
        curves);
  }

  private static Optional<Curve> curve(String name, JsonNode values) {
    List<Curve.Point> points = new ArrayList<>();
    for (int layer = 0; layer < values.size(); layer++) {
      if (values.path(layer).isNumber()) {
        points.add(new Curve.Point(layer, values.path(layer).asDouble()));
      }
    }
    return points.isEmpty() ? Optional.empty() : Optional.of(new Curve(name, points, true));
  }

  private static Optional<Chart> lines(String id, String title, String unit, List<Curve> curves) {
    if (curves.isEmpty()) {
      return Optional.empty();
    }
    Table.Builder table =
        Table.of(
            title + ": " + unit,
            1,
            prefixed("layer", curves.stream().map(Curve::name).toList()).toArray(String[]::new));
    int layers = curves.stream().mapToInt(curve -> curve.points().size()).min().orElseThrow();
    for (int layer = layers - 1; layer >= 0; layer--) {
      List<String> cells = new ArrayList<>(List.of(String.valueOf(layer)));
      for (Curve curve : curves) {
        cells.add(NumberText.any(curve.points().get(layer).value()));
      }
      table.row(cells);
    }
    return Optional.of(
        new Chart(
            id,
            title,
            "The " + unit + " after each layer, from the lowest.",
            Curve.data("layer", curves),
            Chart.Width.HALF,
            Chart.USUAL_HEIGHT,
            table.build()));
  }

  /** Layers and modules of the base, put back into the tuned model. */
  private static Optional<Chart> swaps(JsonNode swaps) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("kind", "bars");
    ArrayNode names = data.putArray("names");
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    ArrayNode restored = JsonNodeFactory.instance.arrayNode();
    Table.Builder table =
        Table.of(
            "Parts of the base put back into the tuned model",
            1,
            "part",
            "gain in S kept",
            "loss in V restored");
    for (JsonNode swap : swaps) {
      boolean shown = PARTS.contains(swap.path("kind").asText());
      boolean reverted = swap.path("into").asText().equals("tuned");
      if (shown && reverted && swap.path("tensors").asInt() > 0) {
        names.add(PrintableText.of(swap.path("part").asText()));
        kept.add(swap.path("gain_kept"));
        restored.add(swap.path("loss_restored"));
        table.row(
            swap.path("part").asText(),
            share(swap.path("gain_kept")),
            share(swap.path("loss_restored")));
      }
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    ArrayNode series = data.putArray("series");
    series.addObject().put("name", "gain in S kept").set("values", kept);
    series.addObject().put("name", "loss in V restored").set("values", restored);
    return Optional.of(
        new Chart(
            "swaps",
            "Parts of the base put back into the tuned model",
            "Shares of what the training gained in S that is kept, and of what it lost in V that is"
                + " restored. A part with much of both need not have been trained.",
            data,
            names.size() > MOST_SIDE_BY_SIDE ? Chart.Width.FULL : Chart.Width.HALF,
            Math.max(Chart.USUAL_HEIGHT, FRAME + BAR_HEIGHT * names.size()),
            table.build()));
  }

  private static String share(JsonNode share) {
    return share.isNumber() ? NumberText.percent(share.asDouble()) : NumberText.NONE;
  }
}
