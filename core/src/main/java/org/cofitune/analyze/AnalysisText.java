package org.cofitune.analyze;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.search.TrialScore;
import org.jspecify.annotations.Nullable;

/** An analysis for people: a line for each layer, for each part, and for what is best put back. */
public final class AnalysisText {
  private static final int BEST_SHOWN = 3;
  private static final double PERCENT = 100;
  private static final String NOTHING = "-";

  /** Parts that have a line; ranges that grow layer by layer are for drawing. */
  private static final Set<ModelPart.Kind> SHOWN =
      Set.of(
          ModelPart.Kind.LAYER,
          ModelPart.Kind.QUARTER,
          ModelPart.Kind.HALF,
          ModelPart.Kind.MODULE,
          ModelPart.Kind.OUTSIDE);

  private AnalysisText() {}

  /** Everything. */
  public static String of(Analysis analysis) {
    return ends(analysis)
        + "\nafter each layer: log-probability of the target token, the tuned model's top-1, and how"
        + " alike the models are\n"
        + layers(analysis)
        + drift(analysis)
        + "\nbase weights put back into the tuned model\n"
        + reverted(analysis)
        + "\n"
        + best(analysis);
  }

  private static String ends(Analysis analysis) {
    TextTable table = new TextTable(2, "model", "", "S", "V");
    row(table, "base", analysis.base(), analysis.scores().base());
    row(table, "tuned", analysis.tuned(), analysis.scores().tuned());
    return table + "changed  " + analysis.changed().size() + " tensors\n";
  }

  private static void row(TextTable table, String model, String place, TrialScore score) {
    table.row(model, place, decimals(2, score.speciality()), decimals(2, score.versatility()));
  }

  private static String layers(Analysis analysis) {
    TextTable table =
        new TextTable(
            1, "layer", "S base", "S tuned", "change", "top-1", "cosine", "V base", "V tuned",
            "change", "top-1", "cosine");
    for (int layer = 0; layer < analysis.layers(); layer++) {
      int at = layer;
      Stream<String> cells =
          Stream.of(analysis.readings().speciality(), analysis.readings().versatility())
              .flatMap(rows -> cells(rows, at));
      table.row(Stream.concat(Stream.of(String.valueOf(layer)), cells).toArray(String[]::new));
    }
    return table.toString();
  }

  private static Stream<String> cells(RowReadings rows, int layer) {
    double base = rows.base().logProbability().get(layer);
    double tuned = rows.tuned().logProbability().get(layer);
    return Stream.of(
        decimals(2, base),
        decimals(2, tuned),
        String.format(Locale.ROOT, "%+.2f", tuned - base),
        percent(rows.tuned().targetTop1().get(layer)),
        decimals(4, rows.similarity().cosine().get(layer)));
  }

  private static String drift(Analysis analysis) {
    Drift drift = analysis.drift();
    String[] header =
        Stream.concat(Stream.of("layer"), drift.projections().stream()).toArray(String[]::new);
    TextTable table = new TextTable(1, header);
    boolean any = false;
    for (int layer = 0; layer < drift.relative().size(); layer++) {
      List<@Nullable Double> row = drift.relative().get(layer);
      if (row.stream().anyMatch(AnalysisText::isMoved)) {
        any = true;
        table.row(
            Stream.concat(
                    Stream.of(String.valueOf(layer)),
                    row.stream().map(moved -> isMoved(moved) ? moved(moved) : NOTHING))
                .toArray(String[]::new));
      }
    }
    return any ? "\nrelative change of the weights that moved\n" + table : "";
  }

  private static boolean isMoved(@Nullable Double drift) {
    return drift == null || drift != 0;
  }

  private static String moved(@Nullable Double drift) {
    return drift == null ? "from 0" : String.format(Locale.ROOT, "%.2e", drift);
  }

  private static String reverted(Analysis analysis) {
    TextTable table =
        new TextTable(1, "part", "tensors", "S", "V", "S gain kept", "V loss restored");
    for (Swap swap : analysis.swaps()) {
      if (isShown(swap)) {
        table.row(
            swap.part(),
            String.valueOf(swap.tensors()),
            decimals(2, swap.speciality()),
            decimals(2, swap.versatility()),
            share(swap.gainKept()),
            share(swap.lossRestored()));
      }
    }
    return table.toString();
  }

  /** A quarter of one layer has a line as that layer. */
  private static boolean isShown(Swap swap) {
    boolean again =
        swap.kind() != ModelPart.Kind.LAYER
            && swap.firstLayer() != null
            && swap.firstLayer().equals(swap.lastLayer());
    return swap.into() == Swap.Into.TUNED
        && SHOWN.contains(swap.kind())
        && swap.tensors() > 0
        && !again;
  }

  private static String best(Analysis analysis) {
    List<Swap> best = analysis.bestReverted();
    if (best.isEmpty()) {
      return "no part gives back a larger share of the lost V than it takes of the gained S\n";
    }
    StringBuilder lines = new StringBuilder();
    for (Swap swap : best.subList(0, Math.min(BEST_SHOWN, best.size()))) {
      double kept = swap.gainKept() == null ? 1 : swap.gainKept();
      lines.append(
          String.format(
              Locale.ROOT,
              "putting base %s back restores %s of the lost V at %s of the gained S\n",
              swap.part(),
              share(swap.lossRestored()),
              share(1 - kept)));
    }
    return lines.toString();
  }

  private static String share(@Nullable Double value) {
    return value == null ? NOTHING : percent(value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", PERCENT * share);
  }

  private static String decimals(int places, double value) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
