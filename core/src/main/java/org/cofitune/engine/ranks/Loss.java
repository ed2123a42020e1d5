package org.cofitune.engine.ranks;

import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A process that its run goes on without, and therefore not at all.
 *
 * @param rank of the process
 * @param how it was lost: "ended", "has not answered for 20 s", "failed: ..."
 */
public record Loss(int rank, String how) {
  private static final String FAILED = "failed: ";

  /** A process that has said why it fails. */
  static Loss failed(int rank, String why) {
    return new Loss(rank, FAILED + why);
  }

  /**
   * Whether a process is the one that tells a person of the loss: the first of those that are left,
   * and none where the first process fails and says so itself.
   */
  public boolean isToldBy(int other) {
    return rank == 0 ? other == 1 && !how.startsWith(FAILED) : other == 0;
  }

  /** What the other processes end with. */
  public CofituneException exception() {
    return CofituneException.of(ErrorKind.TRAINING, "rank " + rank + " " + how)
        .expected("every process of the run until its end")
        .found("the others have stopped, and left what was saved last")
        .next("look at what rank " + rank + " said, and start the same command again to go on")
        .see("a-rank-was-lost")
        .build();
  }
}
