package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By hand from lm-evaluation-harness's definitions (lm_eval/api/metrics.py). */
final class LikelihoodMetricsTest {
  private static final TextOutcome[] TEXTS = {
    new TextOutcome("one two", -8 * Math.log(2), 3), new TextOutcome("三", -4 * Math.log(2), 1)
  };

  @Test
  void perplexitiesAreWeightedByTheirUnits() {
    assertThat(Corpus.value(LikelihoodMetrics.tokenPerplexity(), TEXTS))
        .isCloseTo(Math.pow(2, 12 / 4.0), within(1e-12));
    assertThat(Corpus.value(LikelihoodMetrics.nllPerToken(), TEXTS))
        .isCloseTo(12 * Math.log(2) / 4, within(1e-12));
    assertThat(Corpus.value(LikelihoodMetrics.wordPerplexity(), TEXTS))
        .isCloseTo(Math.pow(2, 12 / 3.0), within(1e-12));
    assertThat(Corpus.value(LikelihoodMetrics.bytePerplexity(), TEXTS))
        .isCloseTo(Math.pow(2, 12 / 10.0), within(1e-12));
    assertThat(Corpus.value(LikelihoodMetrics.bitsPerByte(), TEXTS))
        .isCloseTo(12 / 10.0, within(1e-12));
  }

  @Test
  void thePerplexityOfContinuationsIsNotWeighted() {
    assertThat(
            Corpus.value(
                LikelihoodMetrics.perplexity(),
                new ContinuationOutcome(-Math.log(4), 2, true),
                new ContinuationOutcome(-Math.log(16), 7, false)))
        .isCloseTo(8, within(1e-12));
  }

  @Test
  void theScoreIsTheGeometricMeanProbability() {
    assertThat(Scale.PERPLEXITY.score(8)).isCloseTo(12.5, within(1e-12));
    assertThat(Scale.NATS.score(Math.log(8))).isCloseTo(12.5, within(1e-12));
    assertThat(Scale.BITS.score(3)).isCloseTo(12.5, within(1e-12));
    assertThat(Scale.PERPLEXITY.score(Double.POSITIVE_INFINITY)).isZero();
  }

  /** Python: len(re.split(r"\s+", text)). */
  @ParameterizedTest
  @CsvSource({"'', 1", "a, 1", "a b, 2", "' a  b\n', 4", "a\u00a0b\u3000c, 3"})
  void wordsAreCountedAsPythonSplitsThem(String text, int expected) {
    assertThat(LikelihoodMetrics.words(text)).isEqualTo(expected);
  }
}
