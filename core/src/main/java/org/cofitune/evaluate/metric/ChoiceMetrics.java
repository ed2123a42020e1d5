package org.cofitune.evaluate.metric;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;

/** Accuracies of multiple choice. Of equal choices the first counts as said, as in numpy. */
public final class ChoiceMetrics {
  /** What a choice's log-likelihood is divided by for {@code acc_norm}. */
  public enum Length {
    /** UTF-8 bytes of the choice without the delimiter before it (METHOD.md section 6). */
    BYTES,
    /** Code points; what lm-evaluation-harness's code does. The same for ASCII. */
    CHARACTERS
  }

  private ChoiceMetrics() {}

  /** {@code acc}: how often the likeliest choice is right. */
  public static Metric<ChoiceOutcome> accuracy() {
    return new MeanMetric<>(
        "acc", ChoiceOutcome.class, outcome -> right(outcome, likeliest(outcome, choice -> 1)));
  }

  /** {@code acc_norm}: how often the choice of highest log-likelihood per length is right. */
  public static Metric<ChoiceOutcome> normalizedAccuracy(Length length) {
    ToIntFunction<String> measure =
        switch (length) {
          case BYTES -> choice -> choice.getBytes(StandardCharsets.UTF_8).length;
          case CHARACTERS -> choice -> choice.codePointCount(0, choice.length());
        };
    return new MeanMetric<>(
        "acc_norm", ChoiceOutcome.class, outcome -> right(outcome, likeliest(outcome, measure)));
  }

  /** {@code exact_match}: how often greedy decoding says a right choice. */
  public static Metric<ChoiceOutcome> greedyMatch() {
    return new MeanMetric<>(
        "exact_match",
        ChoiceOutcome.class,
        outcome -> outcome.gold().stream().anyMatch(i -> outcome.greedy().get(i)) ? 1 : 0);
  }

  /** The index of the choice with the highest log-likelihood divided by {@code length}. */
  public static int likeliest(ChoiceOutcome outcome, ToIntFunction<String> length) {
    List<String> choices = outcome.choices();
    int best = 0;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < choices.size(); i++) {
      double score = outcome.logLikelihoods().get(i) / length.applyAsInt(choices.get(i));
      if (score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    return best;
  }

  private static double right(ChoiceOutcome outcome, int said) {
    return outcome.gold().contains(said) ? 1 : 0;
  }
}
