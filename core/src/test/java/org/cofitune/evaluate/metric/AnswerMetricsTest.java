package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cofitune.evaluate.metric.Corpus.answer;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AnswerMetricsTest {
  /** The documented examples of Hugging Face evaluate's exact_match: 0.25, 0.5, 0.75, 1.0. */
  @Test
  void normalisationFollowsHuggingFaceEvaluate() {
    AnswerOutcome[] outcomes = {
      answer("cat?", "the cat"), answer("theater", "theater"),
      answer("yelling", "YELLING"), answer("agent", "agent007")
    };

    assertThat(Corpus.value(exact(Map.of()), outcomes)).isEqualTo(0.25);
    assertThat(
            Corpus.value(
                exact(
                    Map.of(
                        "regexes_to_ignore",
                        List.of("the "),
                        "ignore_case",
                        true,
                        "ignore_punctuation",
                        true)),
                outcomes))
        .isEqualTo(0.75);
    assertThat(
            Corpus.value(
                exact(
                    Map.of(
                        "regexes_to_ignore",
                        List.of("the "),
                        "ignore_case",
                        true,
                        "ignore_punctuation",
                        true,
                        "ignore_numbers",
                        true)),
                outcomes))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The answer is $1,234.50.|1234.5",
        "16 - 3 - 4 = 9 eggs, so 9 * 2 = 18|18",
        "steps 1 and 2 give 7 #### 12|12",
        "答案是１８美元|18",
        "共5个|5",
        "minus: \u22123|-3",
        "a range of 3-4|4",
        "1e3|1000",
        "A100|100",
        "half is .5|0.5"
      })
  void theLastNumberIsTheAnswer(String text, BigDecimal expected) {
    assertThat(NumericMatch.lastNumber(text))
        .hasValueSatisfying(found -> assertThat(found).isEqualByComparingTo(expected));
  }

  @Test
  void numbersMatchByValue() {
    NumericMatch strict = new NumericMatch(BigDecimal.ZERO);
    NumericMatch loose = new NumericMatch(new BigDecimal("0.01"));

    assertThat(Corpus.value(strict.metric(), answer("18.00 dollars", "#### 18"))).isEqualTo(1);
    assertThat(Corpus.value(strict.metric(), answer("no idea", "18"))).isZero();
    assertThat(Corpus.value(strict.metric(), answer("3.14", "3.145"))).isZero();
    assertThat(Corpus.value(loose.metric(), answer("3.14", "3.145"))).isEqualTo(1);
  }

  /** SQuAD's evaluate-v1.1: articles and punctuation go, 2 of 3 and 2 of 2 words are shared. */
  @Test
  void tokenF1FollowsSquad() {
    assertThat(TokenF1.f1("The Broncos, Denver won", "denver broncos"))
        .isCloseTo(0.8, within(1e-12));
    assertThat(TokenF1.f1("北京大学", "北京")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(TokenF1.f1("the", "a")).isEqualTo(1);
    assertThat(TokenF1.f1("the", "cat")).isZero();
  }

  /** By hand: "a b a b" has 2 of 4 different words and 2 of 3 different pairs. */
  @Test
  void distinctCountsDifferentNgrams() {
    assertThat(Corpus.value(Distinct.metric(1), answer("a b a b", "-"), answer("c", "-")))
        .isCloseTo((0.5 + 1) / 2, within(1e-12));
    assertThat(Corpus.value(Distinct.metric(2), answer("a b a b", "-")))
        .isCloseTo(2 / 3.0, within(1e-12));
    assertThat(Distinct.ofCorpus(List.of("a b", "b c"), 1)).isCloseTo(3 / 4.0, within(1e-12));
    assertThat(Distinct.ofCorpus(List.of("好好学习"), 1)).isCloseTo(3 / 4.0, within(1e-12));
  }

  @Test
  void anUnknownMetricIsRefusedWithTheNearestOne() {
    assertThatThrownBy(
            () -> MetricCatalog.create(OutputType.GENERATE_UNTIL, "rougel", Map.of(), "t.yaml:7"))
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll("t.yaml:7", "generate_until", "rougel", "did you mean");
  }

  @Test
  void anUnknownOptionIsRefusedWithTheNearestOne() {
    assertThatThrownBy(() -> exact(Map.of("ignore_cases", true)))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("did you mean \"ignore_case\"?");
  }

  @Test
  void aSearchWithoutEndIsStopped() {
    BoundedRegex regex = BoundedRegex.compile("a?".repeat(40) + "b", "t.yaml:3");

    assertThatThrownBy(() -> regex.findAll("a".repeat(60)))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith("t.yaml:3: regular expression takes too long");
  }

  @Test
  void findAllGivesTheGroupLikePython() {
    assertThat(BoundedRegex.compile("#### (-?[0-9.,]+)", "t").findAll("#### 1 #### 2"))
        .containsExactly("1", "2");
    assertThat(BoundedRegex.compile("(a)|(b)", "t").findAll("ab")).containsExactly("a", "b");
    assertThat(BoundedRegex.compile("\\d", "t").findAll("１")).containsExactly("１");
  }

  @SuppressWarnings("unchecked")
  private static Metric<AnswerOutcome> exact(Map<String, Object> options) {
    return (Metric<AnswerOutcome>)
        MetricCatalog.create(OutputType.GENERATE_UNTIL, "exact_match", options, "t.yaml:7");
  }
}
