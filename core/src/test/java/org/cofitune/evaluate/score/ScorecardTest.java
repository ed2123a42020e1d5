package org.cofitune.evaluate.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.cofitune.evaluate.score.Results.choices;
import static org.cofitune.evaluate.score.Results.texts;
import static org.cofitune.evaluate.task.TaskGroup.GEN_KN;
import static org.cofitune.evaluate.task.TaskGroup.GEN_RS;
import static org.cofitune.evaluate.task.TaskGroup.OTHER;
import static org.cofitune.evaluate.task.TaskGroup.SPECIALITY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.statistics.SeedSpread;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By hand from METHOD.md section 6. */
final class ScorecardTest {
  private static final int[] HALF = {1, 0, 1, 0};
  private static final int[] ALL = {1, 1, 1, 1};
  private static final int[] MOST = {1, 1, 1, 0};

  private static Scorecard card(String model, int[] special, int[] known, int[] reasoned) {
    return Scorecard.of(
        model,
        "abc",
        List.of(
            choices("law", SPECIALITY, special),
            choices("facts", GEN_KN, known),
            choices("more-facts", GEN_KN, HALF),
            choices("logic", GEN_RS, reasoned),
            choices("unused", OTHER, ALL)),
        Scorecard.EVEN);
  }

  @Test
  void versatilityIsTheMeanOverGroupsOfTheMeanOverTasks() {
    Scorecard card = card("m", MOST, ALL, HALF);

    assertThat(score(card.speciality())).isCloseTo(75, within(1e-9));
    assertThat(card.groups())
        .filteredOn(group -> group.group() == GEN_KN)
        .singleElement()
        .satisfies(
            group -> {
              assertThat(group.score().score()).isCloseTo(75, within(1e-9));
              assertThat(group.tasks()).containsExactly("facts", "more-facts");
            });
    assertThat(score(card.versatility())).isCloseTo((75 + 50) / 2.0, within(1e-9));
    assertThat(score(card.uni())).isCloseTo((75 + 62.5) / 2, within(1e-9));
  }

  @Test
  void theWeightOfSpecialityIsTheRecipes() {
    Scorecard card =
        Scorecard.of(
            "m",
            "abc",
            List.of(choices("law", SPECIALITY, ALL), choices("facts", GEN_KN, HALF)),
            0.8);

    assertThat(score(card.uni())).isCloseTo(0.8 * 100 + 0.2 * 50, within(1e-9));
  }

  @Test
  void withoutVersatilityTasksThereIsNoUni() {
    Scorecard card =
        Scorecard.of("m", "abc", List.of(choices("law", SPECIALITY, ALL)), Scorecard.EVEN);

    assertThat(card.speciality()).isNotNull();
    assertThat(card.versatility()).isNull();
    assertThat(card.uni()).isNull();
  }

  @Test
  void aTextTaskScoresTheGeometricMeanProbability() {
    Scorecard card =
        Scorecard.of(
            "m",
            "abc",
            List.of(texts("poems", SPECIALITY, -2 * Math.log(4), -2 * Math.log(16))),
            Scorecard.EVEN);

    MetricScore primary = card.tasks().get(0).primary();
    assertThat(primary.metric()).isEqualTo("nll_per_token");
    assertThat(primary.value()).isCloseTo(Math.log(8), within(1e-9));
    assertThat(primary.score()).isCloseTo(12.5, within(1e-9));
    assertThat(primary.interval().low()).isCloseTo(100 / 16.0, within(1e-9));
    assertThat(primary.interval().high()).isCloseTo(100 / 4.0, within(1e-9));
  }

  @Test
  void aWrittenCardReadsBackAsItWas(@TempDir Path folder) throws IOException {
    Scorecard card = card("m", MOST, ALL, HALF);
    Path file = folder.resolve("scorecard.json");

    ScorecardJson.write(file, card);

    assertThat(ScorecardJson.read(file)).isEqualTo(card);
    assertThat(Files.readString(file))
        .contains("\"model_fingerprint\": \"abc\"", "\"group\": \"gen-kn\"")
        .contains("\"output_type\": \"multiple_choice\"", "\"doc_ids\": \"0 1 2 3\"");
  }

  @Test
  void aDamagedCardIsRefusedByName(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("scorecard.json");
    ScorecardJson.write(file, card("m", MOST, ALL, HALF));
    String text = Files.readString(file);

    for (String damaged :
        List.of(
            text.replace("\"format\": 1", "\"format\": 2"),
            text.replace("\"1 1 1 0\"", "\"1 1\""),
            text.replace("\"gen-kn\"", "\"gen-xx\""),
            "[]")) {
      Files.writeString(file, damaged);
      assertThatThrownBy(() -> ScorecardJson.read(file))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
          .hasMessageContaining("scorecard.json");
    }
  }

  @Test
  void retentionAndGainCompareWithBaseAndFullFineTuning() {
    Scorecard base = card("base", HALF, ALL, ALL);
    Scorecard tuned = card("tuned", MOST, ALL, HALF);
    Scorecard full = card("full", ALL, HALF, HALF);

    Comparison comparison = Comparison.of(base, tuned, full);

    assertThat(score(comparison.retention())).isCloseTo(62.5 / 87.5, within(1e-9));
    assertThat(score(comparison.gain())).isCloseTo(0.5, within(1e-9));
    assertThat(score(comparison.specialityChange())).isCloseTo(25, within(1e-9));
    assertThat(score(comparison.versatilityChange())).isCloseTo(-25, within(1e-9));
    assertThat(comparison.tasks().get(3))
        .satisfies(
            task -> {
              assertThat(task.task()).isEqualTo("logic");
              assertThat(task.base()).isEqualTo(100);
              assertThat(task.tuned()).isEqualTo(50);
              assertThat(task.difference().pValue()).isCloseTo(0.5, within(1e-9));
            });
  }

  @Test
  void aModelRetainsAllOfItself() {
    Comparison comparison =
        Comparison.of(card("a", MOST, MOST, HALF), card("b", MOST, MOST, HALF), null);

    assertThat(comparison.retention()).isNotNull();
    assertThat(comparison.retention().interval().low()).isEqualTo(1);
    assertThat(comparison.retention().interval().high()).isEqualTo(1);
    assertThat(comparison.gain()).isNull();
  }

  @Test
  void cardsOfOtherQuestionsAreNotCompared() {
    Scorecard one =
        Scorecard.of("one", "a", List.of(choices("law", SPECIALITY, 1, 0)), Scorecard.EVEN);
    Scorecard longer =
        Scorecard.of("two", "b", List.of(choices("law", SPECIALITY, 1, 0, 1)), Scorecard.EVEN);
    Scorecard other =
        Scorecard.of("three", "c", List.of(choices("tax", SPECIALITY, 1, 0)), Scorecard.EVEN);

    assertThatThrownBy(() -> Comparison.of(one, longer, null))
        .hasMessageContainingAll("task law", "other questions");
    assertThatThrownBy(() -> Comparison.of(one, other, null))
        .hasMessageContainingAll("task tax", "not in the score card of one");
  }

  @Test
  void seedsSpreadOverCards() {
    Map<String, SeedSpread> spreads =
        SeedScores.of(List.of(card("s1", HALF, ALL, HALF), card("s2", MOST, ALL, HALF)));

    assertThat(spreads.get("speciality").mean()).isCloseTo(62.5, within(1e-9));
    assertThat(spreads.get("law").standardDeviation()).isCloseTo(25 / Math.sqrt(2), within(1e-9));
    assertThat(spreads.get("versatility").standardDeviation()).isZero();
  }

  @Test
  void tablesAreForPeople() {
    String table = ScorecardTable.of(card("m", MOST, ALL, HALF));
    assertThat(table)
        .contains("law", "gen-kn", "acc *", "75.00", "speciality S", "versatility V", "62.50")
        .doesNotContain(" \n");
    assertThat(table.lines().findFirst().orElseThrow()).startsWith("task").endsWith("interval");

    Comparison comparison =
        Comparison.of(card("base", HALF, ALL, ALL), card("tuned", MOST, ALL, HALF), null);
    assertThat(ScorecardTable.of(comparison)).contains("retention V/V_base", "0.714", "-50.00");
  }

  private static double score(@Nullable Measure measure) {
    assertThat(measure).isNotNull();
    return measure.score();
  }
}
