package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchResult;
import org.cofitune.testing.ChildJvm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SearchRunTest {
  @TempDir Path directory;

  @BeforeEach
  void writeModelAndRows() throws IOException {
    TwoDomains.write(directory);
  }

  @Test
  void aSearchLeavesEverythingThatItsFolderPromises() throws IOException {
    SearchResult result = search(recipe("run")).orElseThrow();

    RunDirectory run = new RunDirectory(directory.resolve("run"));
    JsonNode report = json(run.searchResult());
    assertThat(report.get("chosen").asText()).isEqualTo(result.chosen());
    assertThat(report.at("/score/uni").asDouble()).isEqualTo(result.score().uni());
    assertThat(report.get("trials").size() + report.get("controls").size())
        .isEqualTo(result.trials().size());
    assertThat(report.at("/controls/1/region").asText()).isEqualTo("all");
    assertThat(report.at("/controls/1/promise").asDouble()).isNotZero();
    assertThat(report.at("/steps/run").asInt()).isEqualTo(result.stepsRun());
    assertThat(report.at("/steps/saved").asInt()).isPositive();
    assertThat(report.at("/frozen_layer_tokens/reused").asInt()).isPositive();
    assertThat(report.get("seconds").asDouble()).isPositive();
    assertThat(report.at("/trials/0/seconds").asDouble()).isPositive();
    assertThat(report.at("/base/versatility").asDouble()).isBetween(0.0, 100.0);
    assertThat(Recipe.ofFile(run.recipe()).toJson())
        .isEqualTo(recipe("run").with("cutoff_len=256").toJson());
    assertThat(run.environment()).exists();
    assertThat(run.trialsInProgress()).isEmptyDirectory();
  }

  @Test
  void trialsHaveARateOfTheirOwnWhereOneIsNamed() {
    SearchResult own =
        search(recipe("own").with("learning_rate=1e-5").with("search.learning_rate=1e-2"))
            .orElseThrow();
    SearchResult training = search(recipe("same").with("learning_rate=1e-2")).orElseThrow();
    SearchResult lower = search(recipe("lower").with("learning_rate=1e-5")).orElseThrow();

    assertThat(own.trials().get(0).score()).isEqualTo(training.trials().get(0).score());
    assertThat(own.trials().get(0).score()).isNotEqualTo(lower.trials().get(0).score());
  }

  @Test
  void everyTrialHasItsTimeInTheLogAndNoneInTheStore() throws IOException {
    search(recipe("run"));

    RunDirectory run = new RunDirectory(directory.resolve("run"));
    List<String> trials = Files.readAllLines(run.trials());
    List<String> ends =
        Files.readAllLines(run.events()).stream()
            .filter(line -> line.contains("\"event\":\"trial_end\""))
            .toList();
    assertThat(trials).noneMatch(line -> line.contains("seconds"));
    assertThat(ends)
        .hasSize(trials.size() - 1) // the base's score is no trial
        .allMatch(line -> line.contains("\"seconds\":") && line.contains("\"seconds_left\":"));
  }

  @Test
  void theSameRecipeAgainRunsNothingAndFindsTheSame() throws IOException {
    Optional<SearchResult> first = search(recipe("run"));
    RunDirectory run = new RunDirectory(directory.resolve("run"));
    byte[] trials = Files.readAllBytes(run.trials());
    List<String> events = Files.readAllLines(run.events());
    double seconds = json(run.searchResult()).get("seconds").asDouble();
    List<SearchEvent> told = new ArrayList<>();

    assertThat(search(recipe("run"), told, () -> false)).isEqualTo(first);
    assertThat(told).noneMatch(SearchEvent.TrialStarted.class::isInstance);
    assertThat(Files.readAllBytes(run.trials())).isEqualTo(trials);
    assertThat(Files.readAllLines(run.events())).isEqualTo(events);
    assertThat(json(run.searchResult()).get("seconds").asDouble()).isEqualTo(seconds);
  }

  @Test
  void anInterruptedSearchGoesOnToTheSameBytes() throws IOException {
    Optional<SearchResult> whole = search(recipe("whole"));
    AtomicInteger asked = new AtomicInteger();
    assertThat(search(recipe("parts"), new ArrayList<>(), () -> asked.incrementAndGet() > 9))
        .isEmpty();
    assertThat(directory.resolve("parts/search/result.json")).doesNotExist();

    assertThat(search(recipe("parts"))).isEqualTo(whole);
    assertThat(directory.resolve("parts/search/trials.jsonl"))
        .hasSameBinaryContentAs(directory.resolve("whole/search/trials.jsonl"));
    assertThat(withoutTimes("parts")).isEqualTo(withoutTimes("whole"));
  }

  @Test
  void whatAProcessLeftThatWasKilledAsItBeganIsNoObstacle() throws IOException {
    Optional<SearchResult> whole = search(recipe("whole"));
    Path begun = Files.createDirectories(directory.resolve("killed/search"));
    Files.writeString(begun.resolve(".setting.json.tmp-0123456789abcdef"), "half");

    assertThat(search(recipe("killed"))).isEqualTo(whole);

    assertThat(directory.resolve("killed/environment.json")).exists();
  }

  @Test
  void whatAProcessLeftThatWasKilledAsItRemovedATrialIsRemoved() throws IOException {
    Optional<SearchResult> whole = search(recipe("run"));
    Path left =
        Files.createDirectories(
            directory.resolve("run/search/trials/.0-1_ffn.tmp-0123456789abcdef/step-000004"));
    Files.writeString(left.resolve("MANIFEST.json"), "{}");

    assertThat(search(recipe("run"))).isEqualTo(whole);

    assertThat(directory.resolve("run/search/trials")).isEmptyDirectory();
  }

  @Test
  void aKilledProcessGoesOnToTheSameBytes() throws Exception {
    search(recipe("whole"));
    Path killed = directory.resolve("killed");
    try (ChildJvm child = ChildJvm.start(Searching.class, directory.toString())) {
      child.await(killed.resolve("search/trials.jsonl"));
      child.kill();
    }
    assertThat(killed.resolve("search/result.json")).doesNotExist();

    search(recipe("killed"));

    assertThat(killed.resolve("search/trials.jsonl"))
        .hasSameBinaryContentAs(directory.resolve("whole/search/trials.jsonl"));
    assertThat(killed.resolve("search/trials")).isEmptyDirectory();
  }

  /** A process that searches until it is killed. */
  static final class Searching {
    private Searching() {}

    public static void main(String[] args) {
      SearchRunTest test = new SearchRunTest();
      test.directory = Path.of(args[0]);
      test.search(test.recipe("killed"));
    }
  }

  @Test
  void anotherLearningRateIsRefusedByNameAndAWiderBeamIsNot() {
    search(recipe("run"));

    assertThatThrownBy(() -> search(recipe("run").with("learning_rate=1e-4")))
        .hasMessageContaining("setting.json: the search is of another run")
        .hasMessageContaining("learning_rate 0.001");
    assertThatThrownBy(() -> search(recipe("run").with("search.speciality_weight=1")))
        .hasMessageContaining("search.speciality_weight 0.5");
    assertThat(search(recipe("run").with("search.beam=2"))).isPresent();
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
    assertThatThrownBy(() -> search(recipe("run").with("val_size=0")))
        .hasMessageContaining("val_size or eval_dataset: the search has no held-out rows");
    assertThatThrownBy(() -> search(recipe("run").with("search.versatility_data=[]")))
        .hasMessageContaining("search.versatility_data: the search has no rows");
    assertThatThrownBy(() -> recipe("run").with("search.max_steps=0"))
        .hasMessageContaining("--set: search.max_steps: impossible search");
    assertThatThrownBy(() -> recipe("run").with("search.levels=[halves, thirds]"))
        .hasMessageContaining("search.levels[1]");

    assertThat(directory.resolve("run")).doesNotExist();
  }

  @Test
  void versatilityRowsAreDrawnFromAllFilesInTheirOrder() {
    List<Long> drawn = drawn("search.versatility_rows=5");

    assertThat(drawn).hasSize(5).doesNotHaveDuplicates().isSorted();
    assertThat(drawn("search.versatility_rows=5")).isEqualTo(drawn);
    assertThat(drawn("search.versatility_rows=0")).hasSize(12);
    assertThat(drawn("search.versatility_rows=99")).hasSize(12);
  }

  private List<Long> drawn(String setting) {
    try (SearchRun run =
        SearchRun.prepare(recipe("drawn").with(setting), SearchData::heldOutScorer)) {
      return run.data().versatility().stream().map(row -> row.source().row()).toList();
    }
  }

  @Test
  void aFolderWithAnotherRunIsLeftAlone() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(directory.resolve("run/recipe.yaml"), "region: all\n");

    assertThatThrownBy(() -> search(recipe("run")))
        .hasMessageContaining("run: output directory is in use")
        .hasMessageContaining("a run that is no search");
  }

  @Test
  void aForecastNeedsRowsWhereItIsAskedForAndIsLeftOutWhereItIsNot() throws IOException {
    Recipe bare = recipe("run").with("search.versatility_data=[]");
    ScorerChoice other =
        data ->
            new org.cofitune.search.HeldOutScorer(
                data.speciality().eval(), data.speciality().eval(), 4, 0.5);
    assertThatThrownBy(() -> SearchRun.prepare(bare.with("search.forecast=true"), other))
        .hasMessageContaining("search.versatility_data: the search has no rows to forecast with");

    try (SearchRun run = SearchRun.prepare(bare, other)) {
      run.execute(List.of(), () -> false);
    }
    assertThat(json(directory.resolve("run/search/result.json")).at("/forecast/used").asBoolean())
        .isFalse();
  }

  private Recipe recipe(String run) {
    return Recipe.ofDefaults()
        .withOption("model_name_or_path", directory.resolve("base"), "--model")
        .withOption("dataset", List.of(directory.resolve("rows.jsonl")), "--data")
        .withOption("output_dir", directory.resolve(run), "--out")
        .withOption("search.versatility_data", List.of(directory.resolve("general.jsonl")), "-")
        .with("device=cpu")
        .with("threads=1")
        .with("learning_rate=1e-3")
        .with("val_size=4")
        .with("per_device_train_batch_size=2")
        .with("search.max_steps=4")
        .with("search.tolerance=100")
        .with("search.save_steps=1");
  }

  private Optional<SearchResult> search(Recipe recipe) {
    return search(recipe, new ArrayList<>(), () -> false);
  }

  private static Optional<SearchResult> search(
      Recipe recipe, List<SearchEvent> events, java.util.function.BooleanSupplier interrupted) {
    try (SearchRun run = SearchRun.prepare(recipe, SearchData::heldOutScorer)) {
      return run.execute(List.of(events::add), interrupted);
    }
  }

  private List<String> withoutTimes(String run) throws IOException {
    return Files.readAllLines(directory.resolve(run + "/events.jsonl")).stream()
        .map(line -> line.replaceAll("\"(time|seconds|seconds_left)\":(\"[^\"]*\"|[^,}]*)", ""))
        .toList();
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
