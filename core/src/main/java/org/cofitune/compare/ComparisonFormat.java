package org.cofitune.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.TaskDifference;
import org.cofitune.evaluate.score.TextTable;
import org.jspecify.annotations.Nullable;

/** A comparison as text, CSV (RFC 4180), and Markdown. */
public final class ComparisonFormat {
  private static final double MEBI = 1L << 20;

  /** The columns of every layout; CSV splits those with an interval into three. */
  private static final List<Column> COLUMNS =
      List.of(
          new Column("S", 2, ComparedRow::speciality),
          new Column("V", 2, ComparedRow::versatility),
          new Column("uni", 2, ComparedRow::uni),
          new Column("V/V_base", 4, ComparedRow::retention),
          new Column("gain", 3, ComparedRow::gain),
          new Column("KL", 4, ComparedRow::divergence));

  private ComparisonFormat() {}

  private record Column(
      String name, int decimals, Function<ComparedRow, @Nullable Measure> measure) {
    String cell(ComparedRow row) {
      Measure value = measure.apply(row);
      String pattern = "%." + decimals + "f";
      return value == null
          ? ""
          : text(
              pattern + " [" + pattern + ", " + pattern + "]",
              value.score(),
              value.interval().low(),
              value.interval().high());
    }
  }

  /** For a terminal. */
  public static String text(ComparisonTable table) {
    TextTable text = new TextTable(2, header().toArray(String[]::new));
    table.rows().forEach(row -> text.row(cells(row).toArray(String[]::new)));
    return text.toString();
  }

  /** A table, and below it the differences to the full fine-tune where there is one. */
  public static String markdown(ComparisonTable table) {
    StringBuilder text = new StringBuilder();
    line(text, header());
    text.append("|---|---|").append("---:|".repeat(header().size() - 2)).append('\n');
    table.rows().forEach(row -> line(text, cells(row)));
    text.append("\nIn brackets 95 % intervals, over seeds where there are several, else over")
        .append(" items. Learning rates chosen on ")
        .append(table.learningRatesFrom())
        .append(".\n");
    if (table.rows().stream().anyMatch(row -> !row.againstFull().isEmpty())) {
      text.append("\n| method | task | minus ").append(ComparisonTable.FULL);
      text.append(", by seed | 95 % | p |\n|---|---|---:|---:|---:|\n");
      table.rows().forEach(row -> differences(text, row));
    }
    return text.toString();
  }

  private static void differences(StringBuilder text, ComparedRow row) {
    for (Comparison seed : row.againstFull()) {
      for (TaskDifference task : seed.tasks()) {
        line(
            text,
            List.of(
                row.method(),
                task.task(),
                text("%.2f", task.difference().difference()),
                text(
                    "[%.2f, %.2f]",
                    task.difference().interval().low(), task.difference().interval().high()),
                text("%.4f", task.difference().pValue())));
      }
    }
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static List<String> header() {
    List<String> header = new ArrayList<>(List.of("method", "front", "learning rate"));
    COLUMNS.forEach(column -> header.add(column.name()));
    header.addAll(List.of("trained %", "seconds", "MiB", "seeds"));
    return header;
  }

  private static List<String> cells(ComparedRow row) {
    List<String> cells = new ArrayList<>();
    cells.add(row.method());
    cells.add(row.pareto() ? "*" : "");
    cells.add(row.learningRate() == null ? "" : row.learningRate().toString());
    COLUMNS.forEach(column -> cells.add(column.cell(row)));
    cells.add(text("%.3f", row.trainedPercent()));
    cells.add(text("%.1f", row.seconds()));
    cells.add(row.memoryBytes() == 0 ? "" : text("%.0f", row.memoryBytes() / MEBI));
    cells.add(String.valueOf(row.seeds()));
    return cells;
  }

  /** Every number in full, an empty field where there is none. */
  public static String csv(ComparisonTable table) {
    List<String> header = new ArrayList<>(List.of("method", "pareto", "learning_rate"));
    for (Column column : COLUMNS) {
      String name = column.name().replace('/', '_');
      header.addAll(List.of(name, name + "_low", name + "_high"));
    }
    header.addAll(List.of("trained_percent", "seconds", "memory_bytes", "seeds"));
    StringBuilder text = new StringBuilder(String.join(",", header)).append("\r\n");
    for (ComparedRow row : table.rows()) {
      List<String> fields = new ArrayList<>(List.of(row.method(), String.valueOf(row.pareto())));
      fields.add(row.learningRate() == null ? "" : row.learningRate().toString());
      for (Column column : COLUMNS) {
        Measure value = column.measure().apply(row);
        fields.addAll(
            value == null
                ? List.of("", "", "")
                : List.of(
                    String.valueOf(value.score()),
                    String.valueOf(value.interval().low()),
                    String.valueOf(value.interval().high())));
      }
      fields.add(String.valueOf(row.trainedPercent()));
      fields.add(String.valueOf(row.seconds()));
      fields.add(String.valueOf(row.memoryBytes()));
      fields.add(String.valueOf(row.seeds()));
      text.append(String.join(",", fields)).append("\r\n");
    }
    return text.toString();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
