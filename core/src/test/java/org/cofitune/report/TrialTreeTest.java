package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cofitune.report.WrittenRun.ALL;
import static org.cofitune.report.WrittenRun.node;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.junit.jupiter.api.Test;

final class TrialTreeTest {
  private static final List<Trial> TRIALS =
      List.of(
          Trial.ofBase("s", new TrialScore(1, 20, 10.5)),
          node("0-7:" + ALL, 0, 30, 7, 8),
          node("4-7:" + ALL, 1, 15, 5, 16),
          node("2-5:" + ALL, 1, 15, 5, 14),
          node("4-7:" + ALL, 1, 30, 6, 17),
          node("4-5:" + ALL, 2, 30, 4, 19),
          node("4-5:up_proj", 3, 30, 3, 20));

  @Test
  void aRegionHangsBelowTheBestOneThatContainsIt() {
    TrialTree root = TrialTree.of(TRIALS, null).orElseThrow();

    assertThat(regions(root.children())).containsExactly("4-7:" + ALL, "2-5:" + ALL);
    assertThat(regions(root.children().get(0).children())).containsExactly("4-5:" + ALL);
    assertThat(root.children().get(1).children()).isEmpty();
    assertThat(root.all()).hasSize(5);
    assertThat(root.leaves()).isEqualTo(2);
  }

  @Test
  void aRegionShowsItsLongestTrial() {
    TrialTree root = TrialTree.of(TRIALS, null).orElseThrow();

    assertThat(root.children().get(0).trial().steps()).isEqualTo(30);
    assertThat(root.children().get(0).trial().score().speciality()).isEqualTo(6);
  }

  @Test
  void theWayToTheChosenRegionIsFollowed() {
    TrialTree root = TrialTree.of(TRIALS, "4-5:" + ALL).orElseThrow();

    assertThat(root.all().stream().filter(TrialTree::isFollowed).map(n -> n.trial().region()))
        .containsExactly("0-7:" + ALL, "4-7:" + ALL, "4-5:" + ALL);
  }

  @Test
  void baseAndControlsAreNoNodes() {
    List<Trial> trials = new ArrayList<>(TRIALS.subList(0, 1));
    trials.add(
        new Trial("s", "all", -1, Trial.Role.WHOLE_MODEL_CONTROL, 30, 9, new TrialScore(8, 6, 7)));

    assertThat(TrialTree.of(trials, null)).isEmpty();
  }

  private static List<String> regions(List<TrialTree> nodes) {
    return nodes.stream().map(node -> node.trial().region()).toList();
  }
}
