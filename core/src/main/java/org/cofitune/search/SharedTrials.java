package org.cofitune.search;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.model.Region;

/**
 * Trials that the processes of a search run in turns. All processes walk the same tree; each runs
 * its part of the trials that a look at it needs, and learns the others' scores.
 */
final class SharedTrials {
  private static final double NANOS = 1e-9;
  private static final Done NOT_OWN = new Done(TrialScore.NONE, 0);

  private final ProcessGroup group;
  private final Map<Region, Done> done = new HashMap<>();

  /**
   * A trial that some process has run.
   *
   * @param seconds that it took there
   */
  record Done(TrialScore score, double seconds) {}

  SharedTrials(ProcessGroup group) {
    this.group = group;
  }

  /** The first process's numbers: one that computes in another order must not walk another way. */
  double[] agreed(double[] numbers) {
    return group.numbersOf(0, numbers);
  }

  /**
   * Runs trials; nothing where there is one process.
   *
   * @throws SearchInterrupted in all processes where it is thrown in any
   */
  void run(List<Region> regions, int steps, TrialRunner runner) {
    if (group.isAlone()) {
      return;
    }
    Map<Region, Done> own = new HashMap<>();
    SearchInterrupted interrupted = null;
    try {
      for (int i = group.rank(); i < regions.size(); i += group.size()) {
        long start = System.nanoTime();
        TrialScore score = runner.run(regions.get(i), steps);
        own.put(regions.get(i), new Done(score, (System.nanoTime() - start) * NANOS));
      }
    } catch (SearchInterrupted e) {
      interrupted = e;
    }
    if (group.any(interrupted != null)) {
      throw interrupted == null ? new SearchInterrupted("another process") : interrupted;
    }
    for (int i = 0; i < regions.size(); i++) {
      int rank = i % group.size();
      Done trial = own.getOrDefault(regions.get(i), NOT_OWN);
      TrialScore score = TrialScore.of(group.numbersOf(rank, trial.score().numbers()));
      double[] seconds = group.numbersOf(rank, new double[] {trial.seconds()});
      done.put(regions.get(i), new Done(score, seconds[0]));
    }
  }

  /** Lets go of what is kept of a trial, whichever process has run it: all see the same files. */
  void release(Region region, TrialRunner runner) {
    if (group.isFirst()) {
      runner.release(region);
    }
  }

  /** The trial of a region that was run last, once. */
  Optional<Done> take(Region region) {
    return Optional.ofNullable(done.remove(region));
  }
}
