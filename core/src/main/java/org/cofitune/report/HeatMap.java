package org.cofitune.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A number for every layer and column.
 *
 * @param x what the columns are
 * @param columns their names
 * @param values for every layer, from the lowest, as many as columns; NaN where there is none
 */
record HeatMap(String x, List<String> columns, double[][] values) {
  /** More columns than this are put together. */
  static final int MOST_COLUMNS = 64;

  private static final int ROW_HEIGHT = 18;
  private static final int LEAST_HEIGHT = 190;
  private static final int FRAME = 120;

  /**
   * Units of every layer; of many, neighbours are put together as their mean.
   *
   * @param unit what they are, in the singular
   * @param values {@code [layers][units]}
   */
  static HeatMap ofUnits(String unit, double[][] values) {
    int units = values.length == 0 ? 0 : values[0].length;
    int together = Math.max(1, (units + MOST_COLUMNS - 1) / MOST_COLUMNS);
    int columns = (units + together - 1) / together;
    List<String> names = new ArrayList<>();
    double[][] means = new double[values.length][columns];
    for (int column = 0; column < columns; column++) {
      int from = column * together;
      int to = Math.min(from + together, units);
      names.add(to - from == 1 ? String.valueOf(from) : from + "–" + (to - 1));
      for (int layer = 0; layer < values.length; layer++) {
        means[layer][column] = Arrays.stream(values[layer], from, to).average().orElse(Double.NaN);
      }
    }
    return new HeatMap(together == 1 ? unit : unit + " (mean of " + together + ")", names, means);
  }

  /**
   * Data of a chart.
   *
   * @param value what the numbers are
   * @param most the value of the strongest colour
   */
  ObjectNode data(String value, double most) {
    ObjectNode data =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "heat")
            .put("x", x)
            .put("value", value)
            .put("most", (float) most)
            .put("layers", values.length);
    ArrayNode names = data.putArray("columns");
    columns.forEach(name -> names.add(PrintableText.of(name)));
    ArrayNode cells = data.putArray("cells");
    for (int layer = 0; layer < values.length; layer++) {
      for (int column = 0; column < values[layer].length; column++) {
        if (Double.isFinite(values[layer][column])) {
          cells.addArray().add(column).add(layer).add((float) values[layer][column]);
        }
      }
    }
    return data;
  }

  /** The largest number; 0 where there is none. */
  double most() {
    return Arrays.stream(values)
        .flatMapToDouble(Arrays::stream)
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }

  /** A height that leaves room for every layer. */
  int height() {
    return Math.max(LEAST_HEIGHT, FRAME + ROW_HEIGHT * values.length);
  }

  /** Layers from the highest, as they are drawn. */
  IntStream layersFromAbove() {
    return IntStream.range(0, values.length).map(layer -> values.length - 1 - layer);
  }
}
