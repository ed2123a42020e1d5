package org.cofitune.cli;

import java.time.Duration;
import java.util.Optional;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.ranks.Loss;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.ProcessGroups;
import org.cofitune.engine.ranks.RankLayout;

/**
 * A command whose work several processes can share, where a launcher has started several: the first
 * talks to the person, the others keep silent unless it is lost.
 */
final class SharedCommand {
  /** A process that learns of a loss has so long to end in order. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Console console;
  private final boolean debug;

  SharedCommand(Console console, boolean debug) {
    this.console = console;
    this.debug = debug;
  }

  /** The work of one process. */
  @FunctionalInterface
  interface Work {
    /**
     * Does it.
     *
     * @param console of this process
     * @return the exit status
     */
    int run(ProcessGroup group, Console console);
  }

  /** Joins the other processes, if there are any, and does the work. */
  int run(EngineOptions options, Work work) {
    Optional<RankLayout> layout = RankLayout.of(System.getenv());
    return layout.isPresent()
        ? share(layout.get(), options, work)
        : work.run(ProcessGroup.alone(), console);
  }

  private int share(RankLayout layout, EngineOptions options, Work work) {
    boolean first = layout.rank() == 0;
    if (!first) {
      LogConfigurator.logLess();
    }
    Engine engine = Engine.start(layout.placed(options));
    try (ProcessGroup group =
        ProcessGroups.join(
            layout, engine, ProcessGroups.SILENCE, loss -> endSoon(loss, layout.rank()))) {
      try {
        int status = group.during(() -> work.run(group, first ? console : console.silenced()));
        group.finish();
        return status;
      } catch (RuntimeException e) {
        Optional<Loss> lost = group.lost();
        if (lost.isPresent() && !lost.get().isToldBy(layout.rank())) {
          return ExitStatus.TRAINING;
        }
        throw e;
      }
    }
  }

  /** Ends a process that hangs in an operation which the lost one will never take part in. */
  private void endSoon(Loss loss, int rank) {
    try {
      Thread.sleep(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (loss.isToldBy(rank)) {
      new ErrorLine(console).print(loss.exception(), debug);
    }
    Runtime.getRuntime().halt(ExitStatus.TRAINING);
  }
}
