package org.cofitune.pipeline;

import java.util.function.Predicate;
import java.util.function.Supplier;
import org.cofitune.store.RunLock;
import org.jspecify.annotations.Nullable;

/**
 * A run's folder while a process works in it: taken by the run itself, or lent by the pipeline that
 * the run is a stage of. A rehearsal takes nothing and leaves no folder.
 */
final class Claim implements AutoCloseable {
  private final RunDirectory directory;
  private final @Nullable Runnable check;
  private final boolean takes;
  private @Nullable RunLock lock;

  private Claim(RunDirectory directory, @Nullable Runnable check, boolean takes) {
    this.directory = directory;
    this.check = check;
    this.takes = takes;
  }

  /**
   * The claim of a run that stands alone.
   *
   * @param check refuses a folder that is in use by something else
   */
  static Claim alone(RunDirectory directory, Runnable check) {
    return new Claim(directory, check, true);
  }

  /** The claim of a run that is only checked, never executed. */
  static Claim rehearsed(RunDirectory directory, Runnable check) {
    return new Claim(directory, check, false);
  }

  /** The claim of a stage, in a folder that its pipeline holds. */
  static Claim lent(RunDirectory directory) {
    return new Claim(directory, null, false);
  }

  RunDirectory directory() {
    return directory;
  }

  /** Whether the run stands alone, and writes recipe and environment itself. */
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
    if (check != null && takes) {
      lock = RunLock.acquire(directory.path());
      check.run();
    }
  }

  /**
   * Does the run's work, and leaves in the folder how it ended; of a lent folder, its pipeline does
   * that.
   *
   * @param complete whether a result is that of a finished run; else it was interrupted
   */
  <T> T work(Supplier<T> work, Predicate<T> complete) {
    if (!isAlone()) {
      return work.get();
    }
    T result;
    try {
      result = work.get();
    } catch (RuntimeException | Error e) {
      leave(RunEnd.ofFailure(e), e);
      throw e;
    }
    RunEnd.of(complete.test(result)).writeTo(directory);
    return result;
  }

  /** A second failure must not hide the first. */
  private void leave(RunEnd end, Throwable failure) {
    try {
      end.writeTo(directory);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
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
