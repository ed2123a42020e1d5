package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.train.PrefixWork;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionTrialRunnerTest {
  private static final Region REGION = RegionParser.parse("2-3:ffn", 4);

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void writeModel() {
    model = TinySearch.model(folder);
  }

  @Test
  void afterATrialEveryParameterHasTheBytesOfTheBase() {
    in("a")
        .open(
            (loaded, runner) -> {
              Map<String, double[]> before = TinySearch.weights(loaded.parameters());
              TrialScore base = TinySearch.SCORER.score(loaded);
              for (String region : List.of("2-3:ffn", "all", "0:all")) {
                TrialScore score = runner.run(RegionParser.parse(region, 4), 2);

                assertThat(score).isNotEqualTo(base);
                assertThat(loaded.parameters().trainableNames()).isEmpty();
                TinySearch.weights(loaded.parameters())
                    .forEach((name, values) -> assertThat(values).isEqualTo(before.get(name)));
              }
              assertThat(TinySearch.SCORER.score(loaded)).isEqualTo(base);
              return loaded;
            });
  }

  @Test
  void aFailedTrialLeavesTheBaseToo() {
    in("a")
        .open(
            (loaded, runner) -> {
              Map<String, double[]> before = TinySearch.weights(loaded.parameters());
              RegionTrialRunner failing =
                  new RegionTrialRunner(
                      loaded,
                      TinySearch.ROWS,
                      TinyTraining.ARGUMENTS.with(
                          Map.of("learning_rate", 1e30, "max_grad_norm", 0, "max_steps", 20)),
                      TinySearch.SCORER,
                      folder.resolve("failing"),
                      Map.of(),
                      null,
                      event -> {},
                      () -> false);
              assertThatThrownBy(() -> failing.run(REGION, 20))
                  .hasMessageContaining("trial 2-3:gate_proj,up_proj,down_proj: not a number");
              failing.close();
              TinySearch.weights(loaded.parameters())
                  .forEach((name, values) -> assertThat(values).isEqualTo(before.get(name)));
              return loaded;
            });
  }

  @Test
  void aTrialThatGoesOnAfterAnEarlyLookScoresAsAnUndisturbedOneAndTakesNoStepTwice() {
    TrialScore whole = in("whole").run(REGION, 4);
    TinySearch parts = in("parts");

    TrialScore late =
        parts.open(
            (loaded, runner) -> {
              runner.run(REGION, 2);
              runner.run(RegionParser.parse("0:all", 4), 2);
              return runner.run(REGION, 4);
            });

    assertThat(late).isEqualTo(whole);
    assertThat(steps(parts, REGION)).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aTrialGoesOnInAnotherProcess() {
    TrialScore whole = in("whole").run(REGION, 4);
    TinySearch first = in("parts");
    first.run(REGION, 2);
    TinySearch second = in("parts");

    assertThat(second.run(REGION, 4)).isEqualTo(whole);
    assertThat(steps(second, REGION)).containsExactly(3, 4);
  }

  @Test
  void aTrialThatWasKilledBetweenTrainingAndScoreIsScoredWithoutAnotherStep() {
    TinySearch first = in("a");
    TrialScore look = first.run(REGION, 2);
    TinySearch second = in("a");

    assertThat(second.run(REGION, 2)).isEqualTo(look);
    assertThat(steps(second, REGION)).isEmpty();
  }

  @Test
  void anInterruptedTrialIsSavedAndGoesOn() {
    TrialScore whole = in("whole").run(REGION, 4);
    TinySearch stopped = in("parts");
    AtomicInteger asked = new AtomicInteger();
    stopped.interrupted = () -> asked.getAndIncrement() == 3;

    assertThatThrownBy(() -> stopped.run(REGION, 4)).isInstanceOf(SearchInterrupted.class);
    TinySearch second = in("parts");

    assertThat(second.run(REGION, 4)).isEqualTo(whole);
    assertThat(steps(stopped, REGION)).containsExactly(1, 2, 3);
    assertThat(steps(second, REGION)).containsExactly(4);
  }

  @Test
  void aReleasedTrialLeavesNothingOnTheDisk() {
    in("a")
        .open(
            (loaded, runner) -> {
              runner.run(REGION, 2);
              assertThat(runner.folderOf(REGION)).isNotEmptyDirectory();
              runner.release(REGION);
              runner.release(REGION);
              assertThat(runner.folderOf(REGION)).doesNotExist();
              return loaded;
            });
    assertThat(folder.resolve("a/trials")).isEmptyDirectory();
  }

  @Test
  void whatIsCachedBeforeDoesNotChangeATrialsBits() {
    TrialScore alone = in("alone").run(REGION, 4);
    TinySearch after = in("after");

    TrialScore score =
        after.open(
            (loaded, runner) -> {
              runner.run(RegionParser.parse("1:all", 4), 4);
              runner.run(RegionParser.parse("2:q", 4), 4);
              return runner.run(REGION, 4);
            });

    assertThat(score).isEqualTo(alone);
    assertThat(after.work.reused()).isGreaterThan(after.work.computed());
  }

  @Test
  void aTrialScoresTheSameWithAndWithoutTheCacheUpToRounding() {
    TinySearch cached = new TinySearch(model, folder.resolve("cached"), Precision.FLOAT64);
    TinySearch plain = new TinySearch(model, folder.resolve("plain"), Precision.FLOAT64);
    plain.cached = false;

    TrialScore with = cached.run(REGION, 4);
    TrialScore without = plain.run(REGION, 4);

    assertThat(with.speciality()).isCloseTo(without.speciality(), within(1e-12));
    assertThat(with.versatility()).isCloseTo(without.versatility(), within(1e-12));
    assertThat(plain.work).isEqualTo(PrefixWork.NONE);
  }

  @Test
  void manyTrialsTakeNoMoreMemoryThanAFew() {
    List<Long> resident = new ArrayList<>();
    TinySearch search = in("many");
    search.open(
        (loaded, runner) -> {
          for (int trial = 1; trial <= 80; trial++) {
            runner.run(REGION, 4);
            runner.release(REGION);
            search.events.clear();
            if (trial % 20 == 0) {
              System.gc();
              resident.add(ProcessMemory.now().resident());
            }
          }
          return loaded;
        });
    assertThat(resident.get(3) - resident.get(0)).as("%s", resident).isLessThan(24L << 20);
  }

  private TinySearch in(String name) {
    return new TinySearch(model, folder.resolve(name), Precision.FLOAT32);
  }

  private static List<Integer> steps(TinySearch search, Region region) {
    return search.events(SearchEvent.TrialStep.class).stream()
        .filter(step -> step.region().equals(region.text()))
        .map(SearchEvent.TrialStep::step)
        .toList();
  }
}
