package org.cofitune.evaluate.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU (Papineni et al. 2002) with sacreBLEU's defaults: n-grams up to 4, the closest reference
 * length, exponential smoothing of orders without a match (Chen and Cherry 2014, method 3). The
 * task's value is the corpus score, 0..100.
 *
 * @param tokenizer how texts are cut into tokens; {@link BleuTokenizer#ZH} for Chinese
 * @param lowercase whether case is ignored
 */
public record Bleu(BleuTokenizer tokenizer, boolean lowercase) implements Metric<AnswerOutcome> {
  private static final int ORDER = 4;

  @Override
  public String name() {
    return "bleu";
  }

  @Override
  public Class<AnswerOutcome> outcomeType() {
    return AnswerOutcome.class;
  }

  @Override
  public Scale scale() {
    return Scale.PERCENT;
  }

  @Override
  public String aggregation() {
    return "bleu";
  }

  /** Answer length, reference length, then matches and n-grams of the answer for each order. */
  @Override
  public double[] statistics(AnswerOutcome outcome) {
    List<String> answer = tokens(outcome.answer());
    List<List<String>> references = outcome.references().stream().map(this::tokens).toList();
    double[] statistics = new double[2 + 2 * ORDER];
    statistics[0] = answer.size();
    statistics[1] = closestLength(answer.size(), references);
    for (int n = 1; n <= ORDER; n++) {
      Map<List<String>, Integer> wanted = new HashMap<>();
      for (List<String> reference : references) {
        Ngrams.count(reference, n).forEach((ngram, count) -> wanted.merge(ngram, count, Math::max));
      }
      statistics[1 + n] = Ngrams.common(Ngrams.count(answer, n), wanted);
      statistics[1 + ORDER + n] = Ngrams.total(answer.size(), n);
    }
    return statistics;
  }

  @Override
  public double value(double[] sums) {
    return score(sums, false);
  }

  /**
   * The score of one answer, 0..100. Orders longer than the answer do not count (sacreBLEU's
   * effective order), so that a right answer of three words scores 100.
   */
  public double ofSentence(AnswerOutcome outcome) {
    return score(statistics(outcome), true);
  }

  private static double score(double[] sums, boolean effectiveOrder) {
    double answered = sums[0];
    double wanted = sums[1];
    double logPrecisions = 0;
    double smoothing = 1;
    double matches = 0;
    int orders = 0;
    for (int n = 1; n <= ORDER; n++) {
      double common = sums[1 + n];
      double total = sums[1 + ORDER + n];
      if (total == 0) {
        break;
      }
      orders = n;
      matches += common;
      if (common == 0) {
        smoothing *= 2;
        common = 1 / smoothing;
      }
      logPrecisions += Math.log(100 * common / total);
    }
    boolean undefined = !effectiveOrder && orders < ORDER;
    if (matches == 0 || undefined) {
      return 0;
    }
    double brevity = answered < wanted ? Math.exp(1 - wanted / answered) : 1;
    return brevity * Math.exp(logPrecisions / orders);
  }

  private List<String> tokens(String text) {
    String line = WhiteSpace.stripTrailing(lowercase ? text.toLowerCase(Locale.ROOT) : text);
    return tokenizer.tokens(line);
  }

  private static int closestLength(int length, List<List<String>> references) {
    int closest = references.get(0).size();
    for (List<String> reference : references) {
      int off = Math.abs(reference.size() - length);
      int best = Math.abs(closest - length);
      if (off < best || (off == best && reference.size() < closest)) {
        closest = reference.size();
      }
    }
    return closest;
  }
}
