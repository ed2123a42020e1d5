package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.cofitune.evaluate.metric.Corpus.answer;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers are those of rouge_score's own tests (rouge_scorer_test.py). */
final class RougeTest {
  @ParameterizedTest
  @CsvSource({
    "rouge1, testing, 0.5",
    "rouge1, testing one, 0.8",
    "rouge2, testing one, 0.6666666666666666",
    "rougeL, testing one, 0.8",
    "rougeL, testing two, 0.8",
    "rougeL, '', 0",
    "rouge1, /, 0"
  })
  void theScoreIsThatOfRougeScore(String name, String said, double expected) {
    assertThat(Corpus.value(metric(name), answer(said, "testing one two")))
        .isCloseTo(expected, within(1e-12));
  }

  /** Text of rouge/testdata, numbers of ROUGE-1.5.5. */
  @ParameterizedTest
  @CsvSource({"rouge1, 0.51163", "rouge2, 0.39024", "rougeL, 0.51163"})
  void theScoreIsThatOfThePerlOriginal(String name, double expected) {
    String target =
        "ZfbCUIUuePaiLVUlCaUXxkpu XPeWing tUHfPMuZ',-Xd Y BrUgVJing M-HV.-DgdDaY.rFDJCRing Ht-LM"
            + " EKBDXkME,yz'RBr q'wtion wIojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxer tKM L";
    String prediction =
        "rFDJCRtion Ht-LM EKtDXkME,yz'RBr q'wer wrojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxi";

    assertThat(Corpus.value(metric(name), answer(prediction, target)))
        .isCloseTo(expected, within(5e-6));
  }

  /** Section 3.2 of Lin 2004: police killed the gunman / police kill the gunman: LCS 3 of 4. */
  @Test
  void theSubsequenceNeedNotBeConsecutive() {
    assertThat(
            Corpus.value(
                metric("rougeL"), answer("police kill the gunman", "police killed the gunman")))
        .isCloseTo(0.75, within(1e-12));
    assertThat(
            Corpus.value(
                metric("rougeL"), answer("the gunman kill police", "police killed the gunman")))
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void chineseIsComparedByCharacters() {
    assertThat(Words.of("GPT-4在北京，第2次！")).containsExactly("gpt", "4", "在", "北", "京", "第", "2", "次");
    assertThat(Corpus.value(metric("rougeL"), answer("北京大学", "北京的大学")))
        .isCloseTo(8 / 9.0, within(1e-12));
  }

  @Test
  void theBestReferenceCounts() {
    assertThat(Corpus.value(metric("rouge1"), answer("yes", "no", "yes"))).isEqualTo(1);
  }

  @Test
  void theLongestCommonSubsequenceIsThatOfTheReference() {
    assertThat(Rouge.longestCommon(List.of("1", "2", "3", "4", "5"), List.of("2", "5", "3", "4")))
        .isEqualTo(3);
  }

  private static Metric<AnswerOutcome> metric(String name) {
    return name.equals("rougeL")
        ? Rouge.ofSubsequence()
        : Rouge.ofNgrams(Integer.parseInt(name.substring(5)));
  }
}
