package org.cofitune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AbilityTest {
  static List<Ability> abilities() {
    return Abilities.all();
  }

  @ParameterizedTest
  @MethodSource("abilities")
  void theSameSeedDrawsTheSameItems(Ability ability) {
    assertThat(texts(ability, Part.TRAIN, 3)).isEqualTo(texts(ability, Part.TRAIN, 3));
    assertThat(texts(ability, Part.TRAIN, 4)).isNotEqualTo(texts(ability, Part.TRAIN, 3));
  }

  @ParameterizedTest
  @MethodSource("abilities")
  void noItemToTrainOnIsEverAQuestion(Ability ability) {
    assertThat(texts(ability, Part.TEST, 5)).doesNotContainAnyElementsOf(all(ability));
  }

  @ParameterizedTest
  @MethodSource("abilities")
  void distinctItemsAreDistinct(Ability ability) {
    assertThat(texts(ability, Part.TEST, 6)).hasSizeGreaterThan(40).doesNotHaveDuplicates();
  }

  @Test
  void anAbilityWithFewItemsGivesAllOfThem() {
    List<Item> items =
        new Knowledge(World.known()).distinct(Part.TEST, Integer.MAX_VALUE, new Random(1));
    assertThat(items).hasSizeBetween(40, 120);
  }

  @Test
  void answersAreRight() {
    for (Item item : new Addition().distinct(Part.TRAIN, 50, new Random(1))) {
      int plus = item.text().indexOf('+');
      assertThat(item.row().get("output").asInt())
          .isEqualTo(
              Integer.parseInt(item.text().substring(0, plus))
                  + Integer.parseInt(item.text().substring(plus + 1)));
    }
    for (Item item : Ordering.SORTING.distinct(Part.TRAIN, 50, new Random(1))) {
      assertThat(item.row().get("output").asText().chars()).isSorted();
    }
  }

  @Test
  void aVerbAgreesWithItsOwnNoun() {
    for (Item item : new Grammar().distinct(Part.TRAIN, 50, new Random(1))) {
      boolean many = item.text().matches("The \\w+ \\w+s .*");
      assertThat(item.question().get("right").asText().endsWith("s.")).isNotEqualTo(many);
      assertThat(item.question().get("wrong").asText().endsWith("s.")).isEqualTo(many);
    }
  }

  @Test
  void aCodeDependsOnGoodsAmountAndTownAlone() {
    CustomsCodes codes = new CustomsCodes(World.known());
    assertThat(codes.distinct(Part.TRAIN, 50, new Random(1)))
        .allSatisfy(
            item -> assertThat(item.row().get("output").asText()).matches("[b-z]{2}-[sml][1-6]"));
    assertThat(codes.distinct(Part.TEST, 50, new Random(1)))
        .isEqualTo(new CustomsCodes(World.known()).distinct(Part.TEST, 50, new Random(1)));
  }

  private static List<String> texts(Ability ability, Part part, long seed) {
    return ability.distinct(part, 60, new Random(seed)).stream().map(Item::text).toList();
  }

  private static List<String> all(Ability ability) {
    return ability.repeated(Part.TRAIN, 2_000, new Random(9)).stream().map(Item::text).toList();
  }
}
