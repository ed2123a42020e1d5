package org.cofitune.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets a command end well when the person or the system asks it to (Ctrl-C, SIGTERM): the process
 * waits until the command is closed, and only then ends, with status 130 or 143.
 */
final class Interruption implements AutoCloseable {
  private final Thread hook;
  private final CountDownLatch request = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean requested;

  private Interruption(Console console, String notice) {
    this.hook =
        new Thread(
            () -> {
              requested = true;
              request.countDown();
              console.err().print("\r" + notice + "\n");
              awaitFinished();
            },
            "interruption");
  }

  /**
   * Begins to listen.
   *
   * @param notice what the person reads when the request arrives
   */
  static Interruption listen(Console console, String notice) {
    Interruption interruption = new Interruption(console, notice);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Whether the command should end soon. */
  boolean isRequested() {
    return requested;
  }

  /**
   * Waits until the command should end.
   *
   * @throws InterruptedException if the thread is told so instead of the process
   */
  void await() throws InterruptedException {
    request.await();
  }

  private void awaitFinished() {
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the process end. */
  @Override
  public void close() {
    finished.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        requested = true; // the request came this very moment
      }
    }
  }
}
