package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Region;
import org.cofitune.model.RopeScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search over a landscape that is known, so that its choices can be told in advance. */
class TreeSearchTest {
  private static final String SETTING = "model+data+arguments";
  private static final ModelConfig MODEL =
      new ModelConfig(
          "llama",
          32,
          8,
          16,
          8,
          new AttentionConfig(2, 2, 4, false, false, false, 0, 0),
          false,
          1e-6,
          10_000,
          new RopeScaling.None(),
          64,
          false);
  private static final String ALL = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj";
  private static final String BEST = "2-3:up_proj,down_proj";

  /** Uni of each region; anything else has 10. */
  private static final Map<String, Double> LANDSCAPE =
      Map.of(
          "0-7:" + ALL,
          40.0,
          "0-3:" + ALL,
          45.0,
          "2-5:" + ALL,
          44.0,
          "4-7:" + ALL,
          30.0,
          "0-1:" + ALL,
          41.0,
          "2-3:" + ALL,
          50.0,
          "2-3:gate_proj,up_proj,down_proj",
          55.0,
          "2-3:q_proj,k_proj,v_proj,o_proj",
          52.0,
          BEST,
          60.0,
          "2-3:down_proj",
          59.0);

  @TempDir Path folder;

  private final List<String> runs = new ArrayList<>();

  @Test
  void theBestChildIsFollowedToTheBottom() {
    SearchResult result = search(settings(false), store("trials.jsonl"));

    assertThat(result.chosen()).isEqualTo(BEST);
    assertThat(result.score().uni()).isEqualTo(60);
    assertThat(runs).doesNotHaveDuplicates().hasSize(1 + 3 + 2 + 2 + 4);
  }

  @Test
  void theSearchEndsWhereNoChildIsBetter() {
    SearchResult result =
        new TreeSearch(
                MODEL,
                settings(false),
                (region, steps) -> score(region.text().startsWith("0-7") ? 50 : 49),
                store("trials.jsonl"),
                SETTING,
                null,
                event -> {})
            .search(1);

    assertThat(result.chosen()).isEqualTo("0-7:" + ALL);
    assertThat(result.trials()).hasSize(4);
  }

  @Test
  void aSmallerChildMayFallShortByTheTolerance() {
    SearchSettings tolerant =
        new SearchSettings(List.of(TreeLevel.HALVES), 1, 1.5, 8, false, 2, 1, false, false);
    SearchResult result =
        new TreeSearch(
                MODEL,
                tolerant,
                (region, steps) -> score(region.text().startsWith("0-7") ? 50 : 49),
                store("trials.jsonl"),
                SETTING,
                null,
                event -> {})
            .search(1);

    assertThat(result.chosen()).isEqualTo("0-3:" + ALL);
  }

  @Test
  void halvingChoosesTheSameRegionWithFewerSteps() {
    SearchResult whole = search(settings(false), store("whole.jsonl"));
    SearchResult halved = search(settings(true), store("halved.jsonl"));

    assertThat(halved.chosen()).isEqualTo(whole.chosen());
    assertThat(steps(halved)).isLessThan(steps(whole));
  }

  @Test
  void aKilledSearchGoesOnAndEndsWithTheSameBytes() throws IOException {
    search(settings(true), store("undisturbed.jsonl"));
    byte[] expected = Files.readAllBytes(folder.resolve("undisturbed.jsonl"));
    int trials = new String(expected, java.nio.charset.StandardCharsets.UTF_8).split("\n").length;

    for (int survived = 0; survived < trials; survived++) {
      String file = "killed" + survived + ".jsonl";
      int left = survived;
      assertThatThrownBy(
              () ->
                  search(
                      settings(true),
                      store(file),
                      (region, steps) -> {
                        if (runs.size() >= left) {
                          throw new IllegalStateException("killed");
                        }
                        return landscape(region.text(), steps);
                      }))
          .hasMessage("killed");
      Files.writeString(
          folder.resolve(file),
          "{\"setting\":\"torn",
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
      runs.clear();
      search(settings(true), store(file));

      assertThat(Files.readAllBytes(folder.resolve(file))).isEqualTo(expected);
      assertThat(runs).hasSize(trials - survived);
      runs.clear();
    }
  }

  @Test
  void aSecondSearchRunsNothingAndAnotherSettingEverything() {
    SearchResult first = search(settings(true), store("trials.jsonl"));
    int trials = runs.size();
    runs.clear();

    assertThat(search(settings(true), store("trials.jsonl"))).isEqualTo(first);
    assertThat(runs).isEmpty();

    new TreeSearch(
            MODEL,
            settings(true),
            (region, steps) -> landscape(region.text(), steps),
            store("trials.jsonl"),
            "another seed",
            null,
            event -> {})
        .search(1);
    assertThat(runs).hasSize(trials);
  }

  @Test
  void theForecastOrdersTheCandidatesAndItsAgreementIsTold() {
    SearchSettings withForecast =
        new SearchSettings(RegionTree.DEFAULT_LEVELS, 1, 0, 8, false, 2, 1, true, false);
    SearchResult result =
        new TreeSearch(
                MODEL,
                withForecast,
                (region, steps) -> landscape(region.text(), steps),
                store("trials.jsonl"),
                SETTING,
                region -> LANDSCAPE.getOrDefault(region.text(), 10.0),
                event -> {})
            .search(1);

    assertThat(runs.subList(1, 4)).containsExactly("0-3:" + ALL, "2-5:" + ALL, "4-7:" + ALL);
    assertThat(runs.get(4)).isEqualTo("2-3:" + ALL);
    assertThat(result.forecastAgreement()).hasValue(1.0);
  }

  @Test
  void controlsAreARandomRegionOfTheSameSizeAndTheWholeModel() {
    SearchSettings withControls =
        new SearchSettings(RegionTree.DEFAULT_LEVELS, 1, 0, 8, false, 2, 1, false, true);
    SearchResult result = search(withControls, store("trials.jsonl"));
    List<Trial> trials = result.trials();
    Trial random = trials.get(trials.size() - 2);
    Trial whole = trials.get(trials.size() - 1);

    assertThat(random.role()).isEqualTo(Trial.Role.RANDOM_CONTROL);
    assertThat(random.region()).isNotEqualTo(BEST);
    assertThat((double) random.parameters()).isBetween(0.9 * 512, 1.1 * 512);
    assertThat(whole.region()).isEqualTo("all");
  }

  @Test
  void aControlThatIsANodeTooIsNotRunAgainButReportedAsAControl() {
    SearchSettings blocks =
        new SearchSettings(List.of(TreeLevel.BLOCKS), 1, 0, 8, false, 2, 1, false, true);
    List<Trial> trials = search(blocks, store("trials.jsonl")).trials();
    Trial random = trials.get(trials.size() - 2);
    String twin = random.region();
    runs.clear();

    TrialStore known = store("known.jsonl");
    known.add(new Trial(SETTING, twin, 1, Trial.Role.NODE, 8, random.parameters(), random.score()));
    List<Trial> again = search(blocks, known).trials();

    assertThat(runs).doesNotContain(twin);
    assertThat(again.get(again.size() - 2)).isEqualTo(random);
    assertThat(random.role()).isEqualTo(Trial.Role.RANDOM_CONTROL);
  }

  @Test
  void aWideBeamDoesNotEndInANodeThatIsWorseThanOneBefore() {
    SearchSettings wide =
        new SearchSettings(
            List.of(TreeLevel.HALVES, TreeLevel.QUARTERS), 2, 0, 8, false, 2, 1, false, false);
    Map<String, Double> uni =
        Map.of("0-7:" + ALL, 40.0, "0-3:" + ALL, 60.0, "4-7:" + ALL, 50.0, "6-7:" + ALL, 55.0);
    SearchResult result =
        new TreeSearch(
                MODEL,
                wide,
                (region, steps) -> score(uni.getOrDefault(region.text(), 10.0)),
                store("trials.jsonl"),
                SETTING,
                null,
                event -> {})
            .search(1);

    assertThat(result.chosen()).isEqualTo("0-3:" + ALL);
  }

  @Test
  void droppedAndFinishedTrialsAreReleasedAlsoWhenTheyAreKnown() {
    for (int process = 0; process < 2; process++) {
      List<String> released = new ArrayList<>();
      search(settings(true), store("trials.jsonl"), new Releasing(released));
      assertThat(released)
          .contains("0-7:" + ALL, "4-7:" + ALL, BEST)
          .doesNotHaveDuplicates()
          .hasSize(12);
    }
  }

  private record Releasing(List<String> released) implements TrialRunner {
    @Override
    public TrialScore run(Region region, int steps) {
      return score(LANDSCAPE.getOrDefault(region.text(), 10.0));
    }

    @Override
    public void release(Region region) {
      released.add(region.text());
    }
  }

  @Test
  void aLineThatIsNoTrialIsNamed() throws IOException {
    Files.writeString(folder.resolve("trials.jsonl"), "{\"setting\":1}\nnonsense\n");

    assertThatThrownBy(() -> store("trials.jsonl")).hasMessageContaining("trials.jsonl:");
  }

  private SearchResult search(SearchSettings settings, TrialStore store) {
    return search(settings, store, (region, steps) -> landscape(region.text(), steps));
  }

  private static SearchResult search(
      SearchSettings settings, TrialStore store, TrialRunner runner) {
    return new TreeSearch(MODEL, settings, runner, store, SETTING, null, event -> {}).search(1);
  }

  /** Early looks see the landscape flattened, but in the same order. */
  private TrialScore landscape(String region, int steps) {
    runs.add(region);
    return score(LANDSCAPE.getOrDefault(region, 10.0) * (steps < 8 ? 0.5 : 1));
  }

  private static TrialScore score(double uni) {
    return new TrialScore(uni, uni, uni);
  }

  private static SearchSettings settings(boolean halving) {
    return new SearchSettings(RegionTree.DEFAULT_LEVELS, 1, 0, 8, halving, 2, 1, false, false);
  }

  /** Steps that were trained: a trial that goes on after an early look does not start again. */
  private static int steps(SearchResult result) {
    Map<String, Integer> longest = new java.util.HashMap<>();
    result.trials().forEach(t -> longest.merge(t.region(), t.steps(), Math::max));
    return longest.values().stream().mapToInt(Integer::intValue).sum();
  }

  private TrialStore store(String file) {
    return TrialStore.open(folder.resolve(file));
  }
}
