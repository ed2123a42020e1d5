package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchListener;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SearchDisplayTest {
  private static final String ALL = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicBoolean stopping = new AtomicBoolean();

  @Test
  void theScreenShowsTheTreeWithScoresMarksAndTheTrialInProgress() {
    SearchDisplay display = new SearchDisplay(console(100), stopping::get, nanos::get);
    halves(display);

    assertThat(screen())
        .containsExactly(
            "  region                               trained steps      S      V    uni",
            "  base                                                10.00  60.00  35.00",
            "  0-7 mha+ffn                            1.00k     8  30.00  50.00  40.00",
            "✗   0-3 mha+ffn                            500     4  20.00  50.00  35.00",
            "✓   4-7 mha+ffn                            500     8  40.00  52.00  46.00",
            "▸     4-5 mha+ffn                          250",
            "·     6-7 mha+ffn",
            "  |██████                  | 4-5 mha+ffn  2/8  loss 2.5000  at most 1:02 left");
  }

  @Test
  void theTimeLeftRunsDownBetweenEstimates() {
    SearchDisplay display = new SearchDisplay(console(100), stopping::get, nanos::get);
    halves(display);
    nanos.addAndGet(10_000_000_000L);
    display.on(new SearchEvent.TrialStep("4-5:" + ALL, 3, 8, 2.4, 0.1));

    assertThat(screen())
        .last()
        .asString()
        .endsWith("4-5 mha+ffn  3/8  loss 2.4000  at most 52 s left");
  }

  @Test
  void whatIsClosedLeavesTheTableAlone() {
    SearchDisplay display = new SearchDisplay(console(100), stopping::get, nanos::get);
    halves(display);
    display.close();

    assertThat(screen()).last().asString().isEqualTo("·     6-7 mha+ffn");
  }

  @Test
  void nothingIsDrawnOverTheNoticeThatTheSearchStops() {
    SearchDisplay display = new SearchDisplay(console(100), stopping::get, nanos::get);
    halves(display);
    String before = written();
    stopping.set(true);
    nanos.addAndGet(10_000_000_000L);
    display.on(new SearchEvent.TrialStep("4-5:" + ALL, 3, 8, 2.4, 0.1));
    display.close();

    assertThat(written()).isEqualTo(before);
  }

  @Test
  void aNarrowTerminalBreaksNoLine() {
    SearchDisplay display = new SearchDisplay(console(55), stopping::get, nanos::get);
    halves(display);

    assertThat(screen())
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(55))
        .contains("✗   0-3 mha+ffn        500     4  20.00  50.00  35.00");
  }

  @Test
  void withoutATerminalEveryEventButAStepHasOneLine() {
    SearchLines lines = new SearchLines(console(100), nanos::get);
    halves(lines);

    assertThat(written().lines())
        .containsExactly(
            "scoring the base model",
            "base: S 10.00  V 60.00  uni 35.00",
            "trial 0-7 mha+ffn: 1.00k parameters, to step 8",
            "trial 0-7 mha+ffn: step 8  S 30.00  V 50.00  uni 40.00  8.0 s  at most 1:30 left",
            "level 1 below 0-7 mha+ffn: 0-3 mha+ffn; 4-7 mha+ffn",
            "trial 0-3 mha+ffn: step 4  S 20.00  V 50.00  uni 35.00  known",
            "trial 4-7 mha+ffn: step 4  S 30.00  V 50.00  uni 40.00  4.0 s  at most 1:10 left",
            "trial 0-3 mha+ffn: dropped after step 4, 4 steps saved",
            "trial 4-7 mha+ffn: step 8  S 40.00  V 52.00  uni 46.00  4.0 s  at most 1:02 left",
            "level 1: followed 4-7 mha+ffn",
            "level 2 below 4-7 mha+ffn: 4-5 mha+ffn; 6-7 mha+ffn",
            "trial 4-5 mha+ffn: 250 parameters, to step 8");
    assertThat(written()).doesNotContain("\u001b");
  }

  @Test
  void withoutATerminalALongTrialGivesASignEveryFewSeconds() {
    SearchLines lines = new SearchLines(console(100), nanos::get);
    for (int step = 1; step <= 12; step++) {
      nanos.addAndGet(1_000_000_000L);
      lines.on(new SearchEvent.TrialStep("4-5:up_proj", step, 12, 2.5, 1));
    }

    assertThat(written().lines())
        .containsExactly(
            "trial 4-5 up: step 5/12  loss 2.5000", "trial 4-5 up: step 10/12  loss 2.5000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all|whole model",
        "2-3:all|2-3 all",
        "2-3:q_proj,k_proj,v_proj,o_proj|2-3 mha",
        "2-3:gate_proj,up_proj,down_proj|2-3 ffn",
        "2-3:up_proj,down_proj|2-3 up,down",
        "2-3:q_proj,gate_proj,up_proj,down_proj|2-3 ffn+q",
        "2-3:q_proj,up_proj|2-3 q,up"
      })
  void regionsAreNamedInFewCharacters(String region, String brief) {
    assertThat(SearchText.region(region)).isEqualTo(brief);
  }

  private void halves(SearchListener listener) {
    listener.on(new SearchEvent.Preparing("scoring the base model"));
    listener.on(new SearchEvent.BaseScored(Trial.ofBase("s", score(10, 60)), false));
    listener.on(new SearchEvent.TrialStarted("0-7:" + ALL, 0, Trial.Role.NODE, 8, 1000));
    listener.on(finished("0-7:" + ALL, 0, 8, 1000, score(30, 50), 8, 90));
    listener.on(
        new SearchEvent.LevelStarted(
            1, List.of("0-7:" + ALL), List.of("0-3:" + ALL, "4-7:" + ALL)));
    Trial dropped = trial("0-3:" + ALL, 1, 4, 500, score(20, 50));
    listener.on(new SearchEvent.TrialFinished(dropped, true, 0, 80));
    listener.on(finished("4-7:" + ALL, 1, 4, 500, score(30, 50), 4, 70));
    listener.on(new SearchEvent.TrialStopped(dropped, 4));
    listener.on(finished("4-7:" + ALL, 1, 8, 500, score(40, 52), 4, 62));
    listener.on(new SearchEvent.LevelFinished(1, List.of("4-7:" + ALL)));
    listener.on(
        new SearchEvent.LevelStarted(
            2, List.of("4-7:" + ALL), List.of("4-5:" + ALL, "6-7:" + ALL)));
    listener.on(new SearchEvent.TrialStarted("4-5:" + ALL, 2, Trial.Role.NODE, 8, 250));
    nanos.addAndGet(200_000_000L);
    listener.on(new SearchEvent.TrialStep("4-5:" + ALL, 2, 8, 2.5, 0.1));
  }

  private static SearchEvent finished(
      String region,
      int level,
      int steps,
      long parameters,
      TrialScore score,
      double took,
      double left) {
    return new SearchEvent.TrialFinished(
        trial(region, level, steps, parameters, score), false, took, left);
  }

  private static Trial trial(
      String region, int level, int steps, long parameters, TrialScore score) {
    return new Trial("s", region, level, Trial.Role.NODE, steps, parameters, score);
  }

  private static TrialScore score(double speciality, double versatility) {
    return TrialScore.weighed(speciality, versatility, 0.5);
  }

  private Console console(int columns) {
    return new Console(
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        true,
        true,
        true,
        columns);
  }

  private String written() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** What a terminal shows after the control sequences are carried out. */
  private List<String> screen() {
    List<String> screen = new ArrayList<>();
    int row = 0;
    Matcher parts =
        Pattern.compile("\u001b\\[(\\d+)A|\r\u001b\\[J|([^\u001b\r\n]*)\n").matcher(written());
    while (parts.find()) {
      if (parts.group(1) != null) {
        row -= Integer.parseInt(parts.group(1));
      } else if (parts.group(2) == null) {
        screen = new ArrayList<>(screen.subList(0, row));
      } else {
        screen.add(parts.group(2));
        row = screen.size();
      }
    }
    return screen;
  }
}
