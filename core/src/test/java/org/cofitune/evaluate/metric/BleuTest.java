package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.cofitune.evaluate.metric.Corpus.answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers are those of sacreBLEU's own tests (test_bleu.py, test_sentence_bleu.py). */
final class BleuTest {
  private static final AnswerOutcome[] README_EXAMPLE = {
    answer("The dog bit the man.", "The dog bit the man.", "The dog had bit the man."),
    answer("It wasn't surprising.", "It was not unexpected.", "No one was surprised."),
    answer("The man had just bitten him.", "The man bit him first.", "The man had bitten the dog."),
  };

  private static final AnswerOutcome ROMANIAN =
      answer(
          "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;",
          "producţia de zahăr brut se exprimă în zahăr alb;");

  @ParameterizedTest
  @CsvSource({"MTEVAL_13A, 48.530827", "NONE, 49.1919566"})
  void theCorpusScoreIsThatOfSacrebleu(BleuTokenizer tokenizer, double expected) {
    assertThat(Corpus.value(new Bleu(tokenizer, false), README_EXAMPLE))
        .isCloseTo(expected, within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({
    "MTEVAL_13A, false, 8.493",
    "NONE, false, 7.347",
    "CHAR, false, 40.8759",
    "CHAR, true, 42.0267"
  })
  void theSmoothedSentenceScoreIsThatOfSacrebleu(
      BleuTokenizer tokenizer, boolean lowercase, double expected) {
    assertThat(new Bleu(tokenizer, lowercase).ofSentence(ROMANIAN))
        .isCloseTo(expected, within(1e-3));
  }

  @Test
  void nothingInCommonScoresZeroInSpiteOfSmoothing() {
    Bleu bleu = new Bleu(BleuTokenizer.MTEVAL_13A, false);

    assertThat(bleu.ofSentence(answer("this is a cat", "okay thanks"))).isZero();
    assertThat(Corpus.value(bleu, answer("", "okay thanks"))).isZero();
  }

  @Test
  void aShortRightAnswerScoresFullyBySentenceOnly() {
    Bleu bleu = new Bleu(BleuTokenizer.MTEVAL_13A, false);
    AnswerOutcome right = answer("a test", "a test");

    assertThat(bleu.ofSentence(right)).isCloseTo(100, within(1e-9));
    assertThat(Corpus.value(bleu, right)).isZero();
  }

  @Test
  void punctuationStandsApartAndNumbersStayWhole() {
    assertThat(BleuTokenizer.MTEVAL_13A.tokens("Don't pay $1,234.56 (or 7-8%), &quot;Bob&quot;."))
        .containsExactly(
            "Don't",
            "pay",
            "$",
            "1,234.56",
            "(",
            "or",
            "7",
            "-",
            "8",
            "%",
            ")",
            ",",
            "\"",
            "Bob",
            "\"",
            ".");
  }

  @Test
  void chineseIsCutIntoCharactersAndTheRestIntoWords() {
    assertThat(BleuTokenizer.ZH.tokens("我在“北京”等3,000人——OK."))
        .containsExactly("我", "在", "“", "北", "京", "”", "等", "3,000", "人", "—", "—", "OK", ".");
  }

  /** By hand: 13a sees one word and no match; characters share 3, 2, 1, 0 n-grams of 4, 3, 2, 1. */
  @Test
  void chineseWordsAreComparedByCharacters() {
    AnswerOutcome outcome = answer("我爱北京", "我爱北平");

    assertThat(new Bleu(BleuTokenizer.MTEVAL_13A, false).ofSentence(outcome)).isZero();
    double expected = 100 * Math.pow(3 / 4.0 * 2 / 3.0 * 1 / 2.0 * (1 / 2.0), 0.25);
    assertThat(new Bleu(BleuTokenizer.ZH, false).ofSentence(outcome))
        .isCloseTo(expected, within(1e-9));
  }
}
