package org.cofitune.pipeline;

import org.cofitune.store.RunLock;
import org.jspecify.annotations.Nullable;

/**
 * A run's folder while a process works in it: taken by the run itself, or lent by the pipeline that
 * the run is a stage of.
 */
final class Claim implements AutoCloseable {
  private final RunDirectory directory;
  private final @Nullable Runnable check;
  private @Nullable RunLock lock;

  private Claim(RunDirectory directory, @Nullable Runnable check) {
    this.directory = directory;
    this.check = check;
  }

  /**
   * The claim of a run that stands alone.
   *
   * @param check refuses a folder that is in use by something else
   */
  static Claim alone(RunDirectory directory, Runnable check) {
    return new Claim(directory, check);
  }

  /** The claim of a stage, in a folder that its pipeline holds. */
  static Claim lent(RunDirectory directory) {
    return new Claim(directory, null);
  }

  RunDirectory directory() {
    return directory;
  }

  /** Whether the run writes recipe and environment itself. */
  boolean isAlone() {
    return check != null;
  }

  /** Refuses a folder that is in use by something else; nothing is taken yet. */
  void check() {
    if (check != null) {
      check.run();
    }
  }

  /** Takes the folder for this process. */
  void take() {
    if (check != null) {
      lock = RunLock.acquire(directory.path());
      check.run();
    }
  }

  /** Gives the folder back, unless it was lent. */
  @Override
  public void close() {
    if (lock != null) {
      lock.close();
      lock = null;
    }
  }
}
