package org.cofitune.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.BaseWeights;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.WeightChange;

/**
 * Turns a model from its base to its tuned weights, {@code base + alpha * (tuned - base)}, and
 * scores it on the way: Wise-FT (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
 *
 * <pre>{@code
 * List<DialPoint> curve =
 *     new Dial(model, change, scorer).curve(Dial.alphas(List.of(0.5)), p -> {}, () -> false)
 *         .orElseThrow();
 * DialPoint chosen = DialChoice.UNI.of(curve);
 * }</pre>
 *
 * The model has the base's weights before and after, bit by bit.
 */
public final class Dial {
  private final LoadedModel model;
  private final WeightChange change;
  private final PointScorer scorer;

  /**
   * A dial over a loaded base.
   *
   * @param change of that base
   */
  public Dial(LoadedModel model, WeightChange change, PointScorer scorer) {
    this.model = model;
    this.change = change;
    this.scorer = scorer;
  }

  /**
   * The values of alpha in order, base and tuned model among them.
   *
   * @throws CofituneException of kind RECIPE for one that is not from 0 to 1
   */
  public static List<Double> alphas(List<Double> wanted) {
    TreeSet<Double> alphas = new TreeSet<>(List.of(0.0, 1.0));
    for (double alpha : wanted) {
      if (!(alpha >= 0 && alpha <= 1)) {
        throw CofituneException.of(ErrorKind.RECIPE, "impossible part of the change")
            .at("--alphas")
            .expected("0 to 1")
            .found(alpha)
            .next("correct the value")
            .build();
      }
      alphas.add(alpha + 0.0); // -0.0 is 0.0
    }
    return List.copyOf(alphas);
  }

  /**
   * Scores every point.
   *
   * @param alphas in order
   * @param listener learns of every point as soon as it is scored
   * @param interrupted asked before every point and by the scorer
   * @return the points in order; empty if interrupted
   */
  public Optional<List<DialPoint>> curve(
      List<Double> alphas, Consumer<DialPoint> listener, BooleanSupplier interrupted) {
    List<DialPoint> points = new ArrayList<>();
    try (BaseWeights base = BaseWeights.of(model.parameters())) {
      for (double alpha : alphas) {
        if (interrupted.getAsBoolean()) {
          return Optional.empty();
        }
        Optional<DialPoint> point = at(alpha, base, interrupted);
        if (point.isEmpty()) {
          return Optional.empty();
        }
        listener.accept(point.get());
        points.add(point.get());
      }
    }
    return Optional.of(points);
  }

  private Optional<DialPoint> at(double alpha, BaseWeights base, BooleanSupplier interrupted) {
    try {
      if (alpha != 0) {
        change.applyTo(model.parameters(), alpha);
      }
      return scorer.score(model, alpha, interrupted);
    } finally {
      base.restore();
    }
  }
}
