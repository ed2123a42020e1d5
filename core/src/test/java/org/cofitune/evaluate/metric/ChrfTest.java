package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.cofitune.evaluate.metric.Corpus.answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers marked so are those of sacreBLEU's own tests (test_chrf.py). */
final class ChrfTest {
  private static final Chrf BETA_3 = new Chrf(6, 0, 3, false);

  @ParameterizedTest
  @CsvSource({
    "a, a, 100",
    "'', reference, 0",
    "a b c, a b c, 100",
    "a b c, abc, 100",
    "'', c, 0",
    "aa, ab, 25",
    "abcdefg, hijklmnop, 0"
  })
  void theScoreIsThatOfSacrebleu(String said, String wanted, double expected) {
    assertThat(Corpus.value(BETA_3, answer(said, wanted))).isCloseTo(expected, within(1e-4));
  }

  @Test
  void aCorpusSumsItsCountsAsInSacrebleu() {
    assertThat(Corpus.value(BETA_3, answer("a", "a"), answer("b", "c")))
        .isCloseTo(50, within(1e-4));
  }

  /**
   * Of sacreBLEU's tests with smoothing, which agrees with the default where both texts have every
   * order and precision and recall differ little: the tolerance is that difference.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "' Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. '"
            + "|Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich."
            + "|64.1302698",
        "' risk assessment must be made of those who are qualified and expertise in the sector -"
            + " these are the scientists .'"
            + "|risk assessment has to be undertaken by those who are qualified and expert in that"
            + " area - that is the scientists ."
            + "|63.361730",
      })
  void sentencesScoreAsInSacrebleu(String said, String wanted, double expected) {
    assertThat(Corpus.value(BETA_3, answer(said, wanted))).isCloseTo(expected, within(0.05));
  }

  /**
   * By hand, "ab cd" against "ab ce" (beta 2): characters 3/4, 2/3, 1/2, 0/1 in common (two longer
   * orders are empty), words 1/2, 0/1; precision = recall, so F is their mean.
   */
  @Test
  void wordsJoinInForChrfPlusPlus() {
    double characters = 3 / 4.0 + 2 / 3.0 + 1 / 2.0;
    AnswerOutcome outcome = answer("ab cd", "ab ce");

    assertThat(Corpus.value(Chrf.standard(), outcome))
        .isCloseTo(100 * characters / 4, within(1e-9));
    assertThat(Corpus.value(new Chrf(6, 2, 2, false), outcome))
        .isCloseTo(100 * (characters + 1 / 2.0) / 6, within(1e-9));
  }

  @Test
  void theBestReferenceCounts() {
    assertThat(Corpus.value(Chrf.standard(), answer("北京", "上海", "北京")))
        .isCloseTo(100, within(1e-9));
  }
}
