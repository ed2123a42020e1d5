package org.cofitune.pipeline;

import java.nio.file.Path;

/** The files of a comparison, by name. */
public record CompareFolder(Path path) {
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
    return path.resolve("trials").resolve(training);
  }

  /** What a training changed. */
  Path delta(String training) {
    return path.resolve("deltas").resolve(training);
  }

  /** Its adapters in peft's format, where the method trains any. */
  Path adapter(String training) {
    return path.resolve("adapters").resolve(training);
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
