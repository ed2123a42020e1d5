package org.cofitune.compare;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.evaluate.score.Scorecard;
import org.jspecify.annotations.Nullable;

/**
 * Methods beside each other on the same test tasks, the base first.
 *
 * @param format version of this layout
 * @param learningRatesFrom what chose the learning rates, for people
 * @param rows the base, then the methods in the order of the recipe
 */
public record ComparisonTable(int format, String learningRatesFrom, List<ComparedRow> rows) {
  /** The layout that is written. */
  public static final int FORMAT = 1;

  /** The method whose gain is 1. */
  public static final String FULL = "full";

  /** The name of the row of the untrained model. */
  public static final String BASE = "base";

  public ComparisonTable {
    rows = List.copyOf(rows);
  }

  /**
   * Puts scores together.
   *
   * @param base of the untrained model
   * @param methods in order
   */
  public static ComparisonTable of(
      String learningRatesFrom, Scorecard base, List<MethodScores> methods) {
    @Nullable MethodScores full =
        methods.stream().filter(scores -> scores.method().equals(FULL)).findFirst().orElse(null);
    List<ComparedRow> rows = new ArrayList<>();
    rows.add(new MethodScores(BASE, null, List.of(), List.of(base), 0, 0, 0).row(base, full));
    methods.forEach(scores -> rows.add(scores.row(base, full)));
    List<Boolean> front =
        ParetoFront.of(
            rows.stream()
                .map(r -> new ParetoFront.Point(r.speciality().score(), r.versatility().score()))
                .toList());
    List<ComparedRow> marked = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      marked.add(rows.get(i).onFront(front.get(i)));
    }
    return new ComparisonTable(FORMAT, learningRatesFrom, marked);
  }
}
