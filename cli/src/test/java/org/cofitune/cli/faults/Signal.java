package org.cofitune.cli.faults;

import java.io.IOException;
import java.util.random.RandomGenerator;

/** What ends a process. */
enum Signal {
  KILL,
  TERM,
  INT;

  private static final double SHARE_OF_KILL = 0.7;

  /** Mostly the one that nobody can answer. */
  static Signal draw(RandomGenerator random) {
    if (random.nextDouble() < SHARE_OF_KILL) {
      return KILL;
    }
    return random.nextBoolean() ? TERM : INT;
  }

  /** Sends it, and waits for the process to end. */
  void end(Process process) throws IOException, InterruptedException {
    switch (this) {
      case KILL -> process.destroyForcibly();
      case TERM -> process.destroy();
      case INT ->
          new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }
    process.waitFor();
  }
}
