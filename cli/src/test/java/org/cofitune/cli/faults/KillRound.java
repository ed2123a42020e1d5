package org.cofitune.cli.faults;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one round came to.
 *
 * @param number from 1
 * @param seed of its moments and signals
 * @param work what was ended
 * @param kills how often, when, and by what
 * @param faults what was not as it should be; empty if all was
 */
record KillRound(int number, long seed, Work work, List<Kill> kills, List<String> faults) {
  /** One end. */
  record Kill(Signal signal, Moment moment) {
    @Override
    public String toString() {
      return "SIG" + signal + " at " + moment;
    }
  }

  /** Whether nothing that looked complete was not, and the last start ended with the same bytes. */
  boolean isEqual() {
    return faults.isEmpty();
  }

  /** A line of the log. */
  String line() {
    String when = kills.stream().map(Kill::toString).collect(Collectors.joining(", "));
    String line =
        "round %d  seed %d  %s  %s  restarts %d  equal %s"
            .formatted(number, seed, work.name(), when, kills.size(), isEqual() ? "yes" : "no");
    return isEqual() ? line : line + "  " + String.join("; ", faults).replaceAll("\\R", " ");
  }
}
