package org.cofitune.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cofitune.evaluate.metric.ChoiceMetrics.Length.BYTES;
import static org.cofitune.evaluate.metric.ChoiceMetrics.Length.CHARACTERS;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChoiceMetricsTest {
  @Test
  void normalisingDividesByTheLengthOfTheChoice() {
    ChoiceOutcome outcome = outcome(List.of("no", "certainly"), List.of(-4.0, -9.0), 1);

    assertThat(Corpus.value(ChoiceMetrics.accuracy(), outcome)).isZero();
    assertThat(Corpus.value(ChoiceMetrics.normalizedAccuracy(BYTES), outcome)).isEqualTo(1);
  }

  @Test
  void chineseCountsThreeBytesACharacter() {
    ChoiceOutcome outcome = outcome(List.of("大学", "cat"), List.of(-5.0, -4.0), 0);

    assertThat(Corpus.value(ChoiceMetrics.normalizedAccuracy(BYTES), outcome)).isEqualTo(1);
    assertThat(Corpus.value(ChoiceMetrics.normalizedAccuracy(CHARACTERS), outcome)).isZero();
  }

  @Test
  void ofEqualChoicesTheFirstIsSaid() {
    ChoiceOutcome outcome = outcome(List.of("a", "b"), List.of(-1.0, -1.0), 0);

    assertThat(Corpus.value(ChoiceMetrics.accuracy(), outcome)).isEqualTo(1);
  }

  @Test
  void anyOfSeveralGoldChoicesIsRight() {
    ChoiceOutcome outcome =
        new ChoiceOutcome(
            List.of("a", "b", "c"),
            List.of(-3.0, -1.0, -2.0),
            List.of(false, true, false),
            Set.of(1, 2));

    assertThat(Corpus.value(ChoiceMetrics.accuracy(), outcome)).isEqualTo(1);
    assertThat(Corpus.value(ChoiceMetrics.greedyMatch(), outcome)).isEqualTo(1);
  }

  /** The log-likelihoods that transformers computed give the accuracies that it computed. */
  @ParameterizedTest
  @ValueSource(strings = {"openbookqa", "piqa"})
  void goldenLogLikelihoodsGiveTheGoldenAccuracies(String task) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode golden =
        mapper
            .readTree(Shared.of("golden/eval-stories3M.json").toFile())
            .at("/multiple_choice/" + task);
    List<String> rows = Files.readAllLines(Shared.of("fixtures/data/" + task + ".jsonl"));
    List<ChoiceOutcome> outcomes = new ArrayList<>();
    for (JsonNode item : golden.get("items")) {
      JsonNode row = mapper.readTree(rows.get(item.get("row").asInt()));
      outcomes.add(
          outcome(
              mapper.convertValue(row.get("choices"), strings(mapper)),
              doubles(item.get("loglikelihood")),
              row.get("answer").asInt()));
      ChoiceOutcome last = outcomes.get(outcomes.size() - 1);
      assertThat(Corpus.value(ChoiceMetrics.accuracy(), last))
          .isEqualTo(item.get("acc").asDouble());
      assertThat(Corpus.value(ChoiceMetrics.normalizedAccuracy(BYTES), last))
          .isEqualTo(item.get("acc_norm").asDouble());
    }
    ChoiceOutcome[] all = outcomes.toArray(ChoiceOutcome[]::new);
    assertThat(Corpus.value(ChoiceMetrics.accuracy(), all)).isEqualTo(golden.get("acc").asDouble());
    assertThat(Corpus.value(ChoiceMetrics.normalizedAccuracy(BYTES), all))
        .isEqualTo(golden.get("acc_norm").asDouble());
  }

  private static JavaType strings(ObjectMapper mapper) {
    return mapper.getTypeFactory().constructCollectionType(List.class, String.class);
  }

  private static List<Double> doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asDouble()));
    return values;
  }

  private static ChoiceOutcome outcome(
      List<String> choices, List<Double> logLikelihoods, int gold) {
    return new ChoiceOutcome(
        choices, logLikelihoods, choices.stream().map(choice -> false).toList(), Set.of(gold));
  }
}
