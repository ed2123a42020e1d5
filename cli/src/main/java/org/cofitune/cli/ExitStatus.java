package org.cofitune.cli;

/** Exit statuses that no {@link org.cofitune.error.ErrorKind} carries. */
final class ExitStatus {
  static final int DONE = 0;

  /** A fault of cofitune itself. */
  static final int FAULT = 1;

  /** A command line that cannot be carried out as written. */
  static final int USAGE = 2;

  /** Java or the machine ran out of memory, or training failed. */
  static final int TRAINING = 5;

  /** Interrupted by the person, after saving. */
  static final int INTERRUPTED = 130;

  private ExitStatus() {}
}
