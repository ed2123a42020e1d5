package org.cofitune.search;

import java.util.List;

/**
 * How long a search will still take at most: the steps of all levels to come, as if the search went
 * to the bottom, at the seconds that a step took so far, its share of the scoring included.
 */
final class SearchPace {
  private static final int CONTROLS = 2;

  private final RegionTree tree;
  private final SearchSettings settings;
  private long stepsAhead;
  private long stepsRun;
  private double seconds;

  SearchPace(RegionTree tree, SearchSettings settings) {
    this.tree = tree;
    this.settings = settings;
    this.stepsAhead = settings.maxSteps() + stepsBelow(tree.root()) + stepsOfControls();
  }

  void levelStarts(List<Candidate> candidates) {
    stepsAhead =
        stepsOfLevel(candidates.size())
            + candidates.stream().mapToLong(this::stepsBelow).max().orElse(0)
            + stepsOfControls();
  }

  /** No level follows. */
  void treeIsDone() {
    stepsAhead = stepsOfControls();
  }

  /** So many steps need not be taken: their outcome is known. */
  void known(int steps) {
    stepsAhead -= steps;
  }

  /** So many steps were taken and scored. */
  void run(int steps, double duration) {
    stepsAhead -= steps;
    stepsRun += steps;
    seconds += duration;
  }

  /** Seconds to the end at most; negative where no step has been taken. */
  double secondsLeft() {
    return stepsRun == 0 ? -1 : Math.max(0, stepsAhead) * seconds / stepsRun;
  }

  /** Steps at most of all levels below a node. */
  private long stepsBelow(Candidate node) {
    List<Candidate> children = tree.children(node);
    int parents = node.level() == 0 ? 1 : settings.beam();
    return children.isEmpty()
        ? 0
        : stepsOfLevel(parents * children.size())
            + children.stream().mapToLong(this::stepsBelow).max().orElse(0);
  }

  /** Steps of a level with so many candidates, where halving drops what it can. */
  private long stepsOfLevel(int candidates) {
    List<Integer> rungs = settings.rungs();
    long steps = 0;
    int running = candidates;
    int reached = 0;
    for (int rung = 0; rung < rungs.size(); rung++) {
      boolean last = rung == rungs.size() - 1;
      if (!last && running <= settings.beam()) {
        continue;
      }
      steps += (long) running * (rungs.get(rung) - reached);
      reached = rungs.get(rung);
      running = last ? running : settings.survivorsOf(running);
    }
    return steps;
  }

  private long stepsOfControls() {
    return settings.controls() ? (long) CONTROLS * settings.maxSteps() : 0;
  }
}
