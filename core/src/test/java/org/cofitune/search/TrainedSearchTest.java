package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.engine.Precision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole search that really trains, over a tiny model. */
class TrainedSearchTest {
  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void writeModel() {
    model = TinySearch.model(folder);
  }

  @Test
  void theSameSearchWritesTheSameBytesAndLeavesNoTrialBehind() throws IOException {
    SearchResult first = in("first").search();
    SearchResult second = in("second").search();

    assertThat(second).isEqualTo(first);
    assertThat(folder.resolve("second/trials.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("first/trials.jsonl"));
    assertThat(folder.resolve("first/trials")).isEmptyDirectory();
    assertThat(Files.readAllLines(folder.resolve("first/trials.jsonl"))).doesNotHaveDuplicates();
  }

  @Test
  void aSearchStoppedAtAnyStepGoesOnToTheSameBytesAndTakesNoStepTwice() {
    TinySearch undisturbed = in("undisturbed");
    SearchResult expected = undisturbed.search();
    int steps = undisturbed.events(SearchEvent.TrialStep.class).size();
    assertThat(steps).isEqualTo(expected.stepsRun());

    for (int stop = 1; stop < steps; stop += 5) {
      int last = stop;
      String name = "stopped" + stop;
      TinySearch stopped = in(name);
      stopped.interrupted = () -> stopped.events(SearchEvent.TrialStep.class).size() >= last;
      assertThatThrownBy(stopped::search).isInstanceOf(SearchInterrupted.class);
      TinySearch resumed = in(name);

      assertThat(resumed.search()).isEqualTo(expected);
      assertThat(folder.resolve(name + "/trials.jsonl"))
          .hasSameBinaryContentAs(folder.resolve("undisturbed/trials.jsonl"));
      assertThat(folder.resolve(name + "/trials")).isEmptyDirectory();
      assertThat(
              stopped.events(SearchEvent.TrialStep.class).size()
                  + resumed.events(SearchEvent.TrialStep.class).size())
          .isEqualTo(steps);
    }
  }

  @Test
  void aProcessKilledAfterAnyScoreBeforeItsLineIsWrittenGoesOnToTheSameBytes() {
    in("undisturbed").search();
    int trials = in("undisturbed").search().trials().size();

    for (int kill = 1; kill <= trials; kill += 3) {
      String name = "killed" + kill;
      AtomicInteger scored = new AtomicInteger();
      int last = kill;
      assertThatThrownBy(
              () ->
                  in(name)
                      .search(runner -> new Killed(runner, () -> scored.incrementAndGet() == last)))
          .hasMessage("killed");

      in(name).search();

      assertThat(folder.resolve(name + "/trials.jsonl"))
          .hasSameBinaryContentAs(folder.resolve("undisturbed/trials.jsonl"));
      assertThat(folder.resolve(name + "/trials")).isEmptyDirectory();
    }
  }

  @Test
  void halvingSavesTheStepsThatItsEventsSay() {
    TinySearch search = in("a");
    SearchResult result = search.search();

    int stopped =
        search.events(SearchEvent.TrialStopped.class).stream()
            .mapToInt(SearchEvent.TrialStopped::stepsSaved)
            .sum();
    Set<String> regions = new HashSet<>();
    result.trials().forEach(trial -> regions.add(trial.region()));
    assertThat(result.stepsSaved()).isEqualTo(stopped).isPositive();
    assertThat(result.stepsRun() + result.stepsSaved())
        .isEqualTo(TinySearch.MAX_STEPS * regions.size());
  }

  @Test
  void theTimeLeftFallsToNothing() {
    TinySearch search = in("a");
    search.search();
    List<SearchEvent.TrialFinished> finished = search.events(SearchEvent.TrialFinished.class);

    assertThat(finished.get(0).secondsLeft()).isPositive();
    assertThat(finished.get(finished.size() - 1).secondsLeft()).isZero();
    assertThat(finished).allMatch(trial -> trial.seconds() > 0);
  }

  private TinySearch in(String name) {
    return new TinySearch(model, folder.resolve(name), Precision.FLOAT32);
  }

  /** Dies after a score, before anybody learns of it. */
  private record Killed(TrialRunner runner, java.util.function.BooleanSupplier now)
      implements TrialRunner {
    @Override
    public TrialScore run(org.cofitune.model.Region region, int steps) {
      TrialScore score = runner.run(region, steps);
      if (now.getAsBoolean()) {
        throw new IllegalStateException("killed");
      }
      return score;
    }

    @Override
    public void release(org.cofitune.model.Region region) {
      runner.release(region);
    }
  }
}
