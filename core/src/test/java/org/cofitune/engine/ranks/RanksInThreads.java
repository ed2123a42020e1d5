package org.cofitune.engine.ranks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;

/** Ranks of one run, each a thread of this process; connected as processes are. */
public final class RanksInThreads {
  private static final int PATIENCE_SECONDS = 120;

  private RanksInThreads() {}

  /** Does the same in every rank and returns what came of it, by rank. */
  public static <T> List<T> run(Path folder, int size, Function<ProcessGroup, T> work) {
    List<T> results = new ArrayList<>();
    for (Future<T> future : start(folder, size, work)) {
      try {
        results.add(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new AssertionError("a rank failed", e.getCause());
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError("a rank does not end", e);
      }
    }
    return results;
  }

  /** Begins the same in every rank. */
  public static <T> List<Future<T>> start(Path folder, int size, Function<ProcessGroup, T> work) {
    Path file;
    try {
      file = Files.createTempDirectory(folder, "rendezvous").resolve("store");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    ExecutorService threads = Executors.newFixedThreadPool(size);
    List<Future<T>> futures = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      RankLayout layout = new RankLayout(rank, size, rank, size, new Rendezvous.PrivateFile(file));
      futures.add(threads.submit(() -> joined(layout, work)));
    }
    threads.shutdown();
    return futures;
  }

  private static <T> T joined(RankLayout layout, Function<ProcessGroup, T> work) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    try (ProcessGroup group =
        ProcessGroups.join(layout, engine, Duration.ofSeconds(5), loss -> {})) {
      T result = group.during(() -> work.apply(group));
      group.finish();
      return result;
    }
  }
}
