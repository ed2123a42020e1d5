package org.cofitune.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.importance.ImportanceFolder;
import org.cofitune.importance.ImportanceVectors;
import org.cofitune.importance.UnitImportance;
import org.cofitune.importance.UnitKind;
import org.cofitune.importance.UnitValues;
import org.cofitune.store.DoubleArray;
import org.cofitune.store.NpyFile;

/** Which units matter for what the model could do before. */
final class ImportancePart {
  private static final double HIGH = 0.8;
  private static final int DIMENSIONS = 2;

  private ImportancePart() {}

  static Optional<Section> of(RunFiles files) {
    return files.importance().map(ImportancePart::section);
  }

  private static Section section(Path directory) {
    List<Path> corpora = ImportanceFolder.corpora(directory);
    UnitImportance importance =
        UnitImportance.maximum(corpora.stream().map(corpus -> read(corpus).normalised()).toList());
    String names =
        corpora.stream()
            .map(corpus -> String.valueOf(corpus.getFileName()))
            .collect(Collectors.joining(", "));
    List<Block> blocks = new ArrayList<>();
    blocks.add(chart("heads", "Attention heads", "head", UnitKind.HEAD, importance.values()));
    blocks.add(
        chart(
            "neurons",
            "Feed-forward neurons",
            "neuron",
            UnitKind.INTERMEDIATE,
            importance.values()));
    blocks.add(
        chart(
            "outputs",
            "Output coordinates of the feed-forward network",
            "coordinate",
            UnitKind.OUTPUT,
            importance.values()));
    return new Section(
        "importance",
        "Importance of units",
        "How far a unit stands out in its layer for "
            + names
            + ", from 0 (like any other) to 1. The soft mask holds back the update of a unit by its"
            + " importance.",
        blocks);
  }

  private static ImportanceVectors read(Path folder) {
    Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      Path file = folder.resolve(kind.fileName());
      DoubleArray array = NpyFile.readDoubles(file);
      if (array.shape().size() != DIMENSIONS || array.values().length == 0) {
        throw CofituneException.of(ErrorKind.FORMAT, "not importance of units")
            .at(file)
            .expected("shape [layers, units]")
            .found(array.shape())
            .next("measure the importance again")
            .build();
      }
      int layers = array.shape().get(0);
      int units = array.shape().get(1);
      double[][] rows = new double[layers][];
      Arrays.setAll(
          rows, layer -> Arrays.copyOfRange(array.values(), layer * units, (layer + 1) * units));
      values.put(kind, rows);
    }
    return new ImportanceVectors(new UnitValues(values));
  }

  private static Chart chart(
      String id, String title, String unit, UnitKind kind, UnitValues values) {
    double[][] layers =
        IntStream.range(0, values.layers())
            .mapToObj(layer -> values.layer(kind, layer))
            .toArray(double[][]::new);
    HeatMap map = HeatMap.ofUnits(unit, layers);
    Table table = table(title, unit, layers);
    return new Chart(
        id,
        title,
        "A row for each layer, a column for each "
            + map.x()
            + ". "
            + layers[0].length
            + " units in each of "
            + layers.length
            + " layers.",
        map.data("importance", 1),
        Chart.Width.FULL,
        map.height(),
        table);
  }

  private static Table table(String title, String unit, double[][] layers) {
    Table.Builder table =
        Table.of(
            title + " by layer",
            1,
            "layer",
            "mean",
            "highest",
            "most important " + unit,
            "units above " + HIGH);
    for (int layer = layers.length - 1; layer >= 0; layer--) {
      double[] units = layers[layer];
      int best =
          IntStream.range(0, units.length)
              .reduce((one, other) -> units[other] > units[one] ? other : one)
              .orElseThrow();
      table.row(
          String.valueOf(layer),
          NumberText.any(Arrays.stream(units).average().orElseThrow()),
          NumberText.any(units[best]),
          String.valueOf(best),
          String.valueOf(Arrays.stream(units).filter(value -> value > HIGH).count()));
    }
    return table.build();
  }
}
