package org.cofitune.evaluate.metric;

import java.nio.charset.StandardCharsets;
import java.util.function.ToDoubleFunction;

/** Perplexities and what belongs to them, as lm-evaluation-harness defines them. */
public final class LikelihoodMetrics {
  private LikelihoodMetrics() {}

  /** {@code acc} of a continuation: how often greedy decoding says it. */
  public static Metric<ContinuationOutcome> greedyMatch() {
    return new MeanMetric<>("acc", ContinuationOutcome.class, outcome -> outcome.greedy() ? 1 : 0);
  }

  /** {@code perplexity} of continuations: exp(-mean log-likelihood of a continuation). */
  public static Metric<ContinuationOutcome> perplexity() {
    return new Perplexity<>(
        "perplexity",
        "perplexity",
        ContinuationOutcome.class,
        ContinuationOutcome::logLikelihood,
        outcome -> 1);
  }

  /** {@code token_perplexity} of continuations: exp(nll / tokens). */
  public static Metric<ContinuationOutcome> continuationTokenPerplexity() {
    return new Perplexity<>(
        "token_perplexity",
        "weighted_perplexity",
        ContinuationOutcome.class,
        ContinuationOutcome::logLikelihood,
        ContinuationOutcome::tokens);
  }

  /** {@code token_perplexity}: exp(nll / tokens); its logarithm is the nll per token. */
  public static Metric<TextOutcome> tokenPerplexity() {
    return ofText("token_perplexity", TextOutcome::tokens);
  }

  /** {@code nll_per_token}: nll / tokens. */
  public static Metric<TextOutcome> nllPerToken() {
    return new NegativeLogLikelihood(
        "nll_per_token", "weighted_mean", Scale.NATS, 1, TextOutcome::tokens);
  }

  /** {@code byte_perplexity}: exp(nll / UTF-8 bytes). */
  public static Metric<TextOutcome> bytePerplexity() {
    return ofText("byte_perplexity", LikelihoodMetrics::bytes);
  }

  /** {@code word_perplexity}: exp(nll / words); words are what white space separates. */
  public static Metric<TextOutcome> wordPerplexity() {
    return ofText("word_perplexity", outcome -> words(outcome.text()));
  }

  /** {@code bits_per_byte}: nll / UTF-8 bytes / ln 2. */
  public static Metric<TextOutcome> bitsPerByte() {
    return new NegativeLogLikelihood(
        "bits_per_byte", "bits_per_byte", Scale.BITS, Math.log(2), LikelihoodMetrics::bytes);
  }

  /**
   * The pieces between runs of white space, empty ones at the ends included: Python's {@code
   * len(re.split(r"\s+", text))}.
   */
  static int words(String text) {
    int words = 1;
    boolean inSpace = false;
    for (int i = 0; i < text.length(); i++) {
      boolean space = WhiteSpace.is(text.charAt(i));
      if (space && !inSpace) {
        words++;
      }
      inSpace = space;
    }
    return words;
  }

  private static double bytes(TextOutcome outcome) {
    return outcome.text().getBytes(StandardCharsets.UTF_8).length;
  }

  private static Metric<TextOutcome> ofText(String name, ToDoubleFunction<TextOutcome> units) {
    return new Perplexity<>(
        name, "weighted_perplexity", TextOutcome.class, TextOutcome::logLikelihood, units);
  }

  private record Perplexity<O extends Outcome>(
      String name,
      String aggregation,
      Class<O> outcomeType,
      ToDoubleFunction<O> logLikelihood,
      ToDoubleFunction<O> units)
      implements Metric<O> {

    @Override
    public Scale scale() {
      return Scale.PERPLEXITY;
    }

    @Override
    public double[] statistics(O outcome) {
      return new double[] {logLikelihood.applyAsDouble(outcome), units.applyAsDouble(outcome)};
    }

    @Override
    public double value(double[] sums) {
      return Math.exp(-sums[0] / sums[1]);
    }
  }

  /**
   * Negative log-likelihood per unit.
   *
   * @param base natural logarithm of the base
   */
  private record NegativeLogLikelihood(
      String name,
      String aggregation,
      Scale scale,
      double base,
      ToDoubleFunction<TextOutcome> units)
      implements Metric<TextOutcome> {

    @Override
    public Class<TextOutcome> outcomeType() {
      return TextOutcome.class;
    }

    @Override
    public double[] statistics(TextOutcome outcome) {
      return new double[] {outcome.logLikelihood(), units.applyAsDouble(outcome)};
    }

    @Override
    public double value(double[] sums) {
      return -sums[0] / sums[1] / base;
    }
  }
}
