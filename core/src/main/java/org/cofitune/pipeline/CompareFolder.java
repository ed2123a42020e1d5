package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.store.AtomicDirectory;

/** The files of a comparison, by name. */
public record CompareFolder(Path path) {
  private static final String IN_PROGRESS = "trials";
  private static final String DELTAS = "deltas";
  private static final String ADAPTERS = "adapters";

  /** The folder in a run's folder. */
  public static CompareFolder of(RunDirectory run) {
    return new CompareFolder(run.path().resolve("compare"));
  }

  /** Finished trainings, one per line. */
  public Path trials() {
    return path.resolve("trials.jsonl");
  }

  /** What they took, one line each. */
  public Path times() {
    return path.resolve("times.jsonl");
  }

  /** Checkpoints of the training in progress. */
  Path inProgress(String training) {
    return path.resolve(IN_PROGRESS).resolve(training);
  }

  /** What a training changed. */
  Path delta(String training) {
    return path.resolve(DELTAS).resolve(training);
  }

  /** Its adapters in peft's format, where the method trains any. */
  Path adapter(String training) {
    return path.resolve(ADAPTERS).resolve(training);
  }

  /** Removes what a process that was killed while it removed or wrote one of these left. */
  void removeAbandoned() {
    for (String name : List.of(IN_PROGRESS, DELTAS, ADAPTERS)) {
      AtomicDirectory.removeAbandoned(path.resolve(name));
    }
  }

  /** The test score card of the untrained model. */
  public Path baseScorecard() {
    return path.resolve("scorecards").resolve("base.json");
  }

  /** The test score card of a method under a seed. */
  public Path scorecard(String method, long seed) {
    return path.resolve("scorecards").resolve(method + "-seed-" + seed + ".json");
  }

  /**
   * The result.
   *
   * @param ending {@code json}, {@code csv}, or {@code md}
   */
  public Path table(String ending) {
    return path.resolve("table." + ending);
  }
}
