package org.cofitune.evaluate.score;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import org.cofitune.data.TokenizedExample;
import org.cofitune.evaluate.statistics.Bootstrap;
import org.cofitune.generate.ForwardDivergence;
import org.cofitune.model.Decoder;

/**
 * What tuning changed about a model's predictions on a text, without any task (METHOD.md section
 * 6). Every number is a mean per token, with a 95 % interval over texts.
 *
 * @param texts what it was measured on, for people
 * @param count number of texts
 * @param tokens supervised tokens of these: answers of conversations, all tokens of plain text
 * @param divergence forward KL(base || tuned) in nats
 * @param baseNll negative log-likelihood under the base
 * @param tunedNll negative log-likelihood under the tuned model
 * @param nllChange tuned minus base: above 0, the tuned model finds the text less likely
 */
public record Gauge(
    String texts,
    int count,
    long tokens,
    Measure divergence,
    Measure baseNll,
    Measure tunedNll,
    Measure nllChange) {
  private static final long SEED = 1234;
  private static final int TOKENS = 0;
  private static final int DIVERGENCE = 1;
  private static final int BASE = 2;
  private static final int TUNED = 3;

  /**
   * Measures texts.
   *
   * @param name of the texts, for people
   * @param progress told after each batch how many texts it had
   */
  public static Gauge of(
      String name,
      List<TokenizedExample> texts,
      Decoder base,
      Decoder tuned,
      IntConsumer progress) {
    double[][] sums =
        new ForwardDivergence(base, tuned)
            .measure(texts, progress).stream()
                .map(t -> new double[] {t.tokens(), t.divergence(), t.baseNll(), t.tunedNll()})
                .toArray(double[][]::new);
    return new Gauge(
        name,
        texts.size(),
        (long) Bootstrap.sum(sums)[TOKENS],
        perToken(sums, s -> s[DIVERGENCE]),
        perToken(sums, s -> s[BASE]),
        perToken(sums, s -> s[TUNED]),
        perToken(sums, s -> s[TUNED] - s[BASE]));
  }

  private static Measure perToken(double[][] texts, ToDoubleFunction<double[]> sum) {
    ToDoubleFunction<double[]> mean = s -> sum.applyAsDouble(s) / s[TOKENS];
    return new Measure(
        mean.applyAsDouble(Bootstrap.sum(texts)),
        Bootstrap.interval(Bootstrap.replicates(texts, mean, SEED)));
  }
}
